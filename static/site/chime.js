const NOTES = [[659.25, 0], [880, 0.16]];

/** Two short tones. Browsers let a page make a sound only after a press somewhere in it. */
export class Chime {
  #context = null;

  start() {
    document.addEventListener("pointerdown", this.#wake, { once: true });
    document.addEventListener("keydown", this.#wake, { once: true });
  }

  play() {
    this.#wake();
    if (this.#context.state !== "running") return;
    for (const [pitch, wait] of NOTES) this.#strike(pitch, this.#context.currentTime + wait);
  }

  #wake = () => {
    this.#context ??= new AudioContext();
  };

  #strike(pitch, at) {
    const tone = new OscillatorNode(this.#context, { type: "sine", frequency: pitch });
    const volume = new GainNode(this.#context, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.18, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    tone.connect(volume).connect(this.#context.destination);
    tone.start(at);
    tone.stop(at + 0.55);
  }
}
