/** A lesson asked for something the engine cannot do; the message says what, for its author. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}
