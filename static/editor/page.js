/** Wires a page on which a script is written. Without scripts, its plain text field does. */
import { Writing } from './writing.js';

new Writing(document.querySelector("[data-editor]")).start();
