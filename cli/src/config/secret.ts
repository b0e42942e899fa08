import { inspect } from 'node:util'

const shown = '[secret]'

/** A value that neither logs, nor JSON, nor string templates show. */
export class Secret<T> {
  readonly #value: T
  /** The file it was read from; undefined when it was given otherwise. */
  readonly file: string | undefined

  constructor(value: T, file?: string) {
    this.#value = value
    this.file = file
  }

  /** The value itself, for the one place that needs it. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  [inspect.custom](): string {
    return shown
  }
}
