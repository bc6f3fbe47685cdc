/** A model in memory. */
export interface Loaded {
  readonly bytes: number;
  dispose(): void;
}

/** A model that stays in memory until it is given back; once. */
export interface Loan<Model> {
  model: Model;
  giveBack(): void;
}

interface Place<Model> {
  model: Promise<Model>;
  bytes: number;
  borrowers: number;
  /** Not to be found any more: goes with its last borrower. */
  forgotten: boolean;
}

/**
 * The models that answer requests, by path of their checkpoint. Loads each once however many ask, one after the other; the least
 * recently used leave when they are too many or too large, but never while one is in use.
 */
export class LoadedModels<Model extends Loaded> {
  readonly #load: (path: string) => Promise<Model>;
  readonly #limits: { count: number; bytes: number };
  /** The least recently used first. */
  readonly #places = new Map<string, Place<Model>>();
  #lastLoad: Promise<unknown> = Promise.resolve();

  constructor(load: (path: string) => Promise<Model>, limits: { count: number; bytes: number }) {
    this.#load = load;
    this.#limits = limits;
  }

  get count(): number {
    return this.#places.size;
  }

  /** Throws what loading throws; the next to ask tries again. */
  async borrow(path: string): Promise<Loan<Model>> {
    const place = this.#places.get(path) ?? this.#newPlace(path);
    this.#places.delete(path);
    this.#places.set(path, place);
    place.borrowers += 1;
    try {
      const model = await place.model;
      return { model, giveBack: this.#giveBack(place) };
    } catch (error) {
      if (this.#places.get(path) === place) this.#places.delete(path);
      throw error;
    }
  }

  /** Forgets a model whose file is gone. */
  unload(path: string): void {
    const place = this.#places.get(path);
    if (place === undefined) return;
    this.#places.delete(path);
    this.#forget(place);
  }

  #newPlace(path: string): Place<Model> {
    const model = this.#lastLoad.then(() => this.#load(path));
    const place: Place<Model> = { model, bytes: 0, borrowers: 0, forgotten: false };
    this.#lastLoad = model.then(
      ({ bytes }) => {
        place.bytes = bytes;
        this.#evict();
      },
      () => undefined, // the borrowers get the error
    );
    return place;
  }

  #giveBack(place: Place<Model>): () => void {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      place.borrowers -= 1;
      if (place.forgotten) this.#forget(place);
      else this.#evict();
    };
  }

  #evict(): void {
    let bytes = [...this.#places.values()].reduce((sum, place) => sum + place.bytes, 0);
    for (const [path, place] of this.#places) {
      if (this.#places.size <= this.#limits.count && bytes <= this.#limits.bytes) return;
      if (place.borrowers > 0) continue;
      bytes -= place.bytes;
      this.#places.delete(path);
      this.#forget(place);
    }
  }

  #forget(place: Place<Model>): void {
    place.forgotten = true;
    if (place.borrowers > 0) return;
    place.model.then(
      (model) => model.dispose(),
      () => undefined, // never loaded: nothing to free
    );
  }
}
