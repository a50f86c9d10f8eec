/** Attaches the live views that stand in the page; nothing else. */
import { attach } from './attach.js';

document.querySelectorAll("[data-live]").forEach((root) => attach(root));
