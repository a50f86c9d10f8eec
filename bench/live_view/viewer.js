/**
 * Runs in the viewer's page before anything else of it: looks at the picture there as often as a page's timer lets it
 * (every 4 ms), whichever system draws it. A look copies the page's strip of 16 blocks into a canvas of 16 pixels.
 */
(() => {
  const BLOCK = 24;
  const BLOCKS = 16;
  const BITS = 13;
  const SPAN = 2 ** BITS;
  const LOST_AFTER = 4_000;
  const SMALLEST = 64; // bytes of a message with a picture
  const context = new OffscreenCanvas(BLOCKS, 1).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingEnabled = false;

  const bench = { opened: 0, pictured: 0, heard: 0, looks: 0, looking: 0 };
  window.bench = bench;

  /** The canvas that shows the page or, as with Selkies, the video. */
  function picture() {
    const large = (one) => (one.videoWidth ?? one.width) >= 640 && one.getBoundingClientRect().width > 0;
    return [...document.querySelectorAll("video"), ...document.querySelectorAll("canvas")].find(large);
  }

  /** Which blocks are white; null while there is no picture of the page. */
  function look() {
    const began = performance.now();
    const source = picture();
    if (!source) return null;
    const zoom = (source.videoWidth ?? source.width) / 1280;
    context.drawImage(source, 0, 0, BLOCKS * BLOCK * zoom, BLOCK * zoom, 0, 0, BLOCKS, 1);
    const { data } = context.getImageData(0, 0, BLOCKS, 1);
    const white = Array.from({ length: BLOCKS }, (_, at) => data[at * 4 + 1] > 128);
    bench.looks += 1;
    bench.looking += performance.now() - began;
    return white[0] && !white[1] ? white : null;
  }

  const mark = () => look()?.[2];
  const time = (white) => white.slice(3).reduce((sum, one, bit) => sum + one * 2 ** bit, 0);
  const soon = (next) => setTimeout(next, 0);

  // Not a class of its own: noVNC looks for the properties of a real socket.
  window.WebSocket = new Proxy(window.WebSocket, {
    construct(Socket, given) {
      const socket = new Socket(...given);
      socket.addEventListener("open", opened);
      socket.addEventListener("message", heard);
      return socket;
    },
  });

  /** When the first bytes came that may be a picture. */
  function heard({ data }) {
    if ((data.byteLength ?? data.size ?? 0) > SMALLEST) bench.heard ||= performance.now();
  }

  function opened() {
    if (!bench.pictured) bench.opened = performance.now(); // the last one before it: a page may have others
  }

  function awaitPicture() {
    if (look()) bench.pictured = performance.now();
    else soon(awaitPicture);
  }

  soon(awaitPicture);

  /** From the next event of this kind, here, until the mark has turned, and how much of it after the first bytes: in
   *  milliseconds, or null. */
  bench.delay = (kind) => {
    const before = mark();
    bench.answer = new Promise((answer) => {
      window.addEventListener(kind, () => {
        const began = performance.now();
        bench.heard = 0;
        const wait = () => {
          const now = performance.now();
          if (mark() === !before) answer([now - began, bench.heard && now - bench.heard]);
          else if (now - began > LOST_AFTER) answer(null);
          else soon(wait);
        };
        soon(wait);
      }, { capture: true, once: true });
    });
  };

  /** How many different frames are seen in so many milliseconds, and how old each was when it came up. */
  bench.frames = (lasts) => new Promise((answer) => {
    const ages = [];
    const times = [];
    const began = performance.now();
    let last = null;
    const wait = () => {
      const white = look();
      const shown = white && time(white);
      if (shown !== null && shown !== last) {
        if (last !== null) {
          ages.push((((Date.now() - shown) % SPAN) + SPAN) % SPAN);
          times.push(performance.now());
        }
        last = shown;
      }
      if (performance.now() - began > lasts) answer({ times, ages });
      else soon(wait);
    };
    wait();
  });
})();
