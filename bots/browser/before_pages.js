(() => {
  window.print = () => {
    dispatchEvent(new Event("beforeprint"));
    dispatchEvent(new Event("afterprint"));
  };

  // A key that is there (a bot's virtual one) answers at once. Where none is, the site is told in time, and can offer another way.
  const WITHIN = 2_000;
  const prototype = globalThis.CredentialsContainer?.prototype;
  for (const name of prototype ? ["get", "create"] : []) {
    const real = prototype[name];
    prototype[name] = function (options) {
      if (!options?.publicKey || options.mediation === "conditional") return real.call(this, options);
      const given = new AbortController();
      const signal = options.signal ? AbortSignal.any([options.signal, given.signal]) : given.signal;
      const late = new Promise((_, refuse) => {
        setTimeout(() => {
          refuse(new DOMException("The operation either timed out or was not allowed.", "NotAllowedError"));
          given.abort();
        }, WITHIN);
      });
      return Promise.race([real.call(this, { ...options, signal }), late]);
    };
  }
})();
