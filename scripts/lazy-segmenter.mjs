// Five modules of the bundle make an Intl.Segmenter when they are loaded, which takes Node 8 ms the first time; most
// text never needs one. The build puts this in its place.

const { Segmenter } = globalThis.Intl;

export class LazySegmenter {
  #options;
  #real = null;

  constructor(...options) {
    this.#options = options;
  }

  segment(text) {
    this.#real ??= new Segmenter(...this.#options);
    return this.#real.segment(text);
  }
}
