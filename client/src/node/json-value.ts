import { ClientError } from '../faults.ts'
import { fromHex } from '../hex.ts'

/** Reads fields of a server's JSON, refusing everything that is not what it should be. */
export class JsonObject {
  private readonly fields: Readonly<Record<string, unknown>>
  private readonly url: string
  private readonly path: string

  /** @throws {ClientError} `ANSWER_INVALID`. */
  constructor(value: unknown, url: string, path = '') {
    this.url = url
    this.path = path
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.invalid('', 'an object')
    this.fields = value as Record<string, unknown>
  }

  has(name: string): boolean {
    return this.fields[name] !== undefined
  }

  object(name: string): JsonObject {
    return new JsonObject(this.fields[name], this.url, this.at(name))
  }

  /** A list of at most `maximum` objects. */
  objects(name: string, maximum: number): JsonObject[] {
    return this.list(name, maximum).map((each, i) => new JsonObject(each, this.url, this.at(`${name}[${i}]`)))
  }

  uint64(name: string): bigint {
    const value = this.fields[name]
    if (typeof value === 'string' && /^(0|[1-9][0-9]{0,19})$/.test(value)) {
      const parsed = BigInt(value)
      if (parsed < 2n ** 64n) return parsed
    }
    throw this.invalid(name, 'a uint64 as decimal string')
  }

  integer(name: string, maximum: number): number {
    const value = this.fields[name]
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum) return value
    throw this.invalid(name, `an integer of 0 to ${maximum}`)
  }

  flag(name: string): boolean {
    const value = this.fields[name]
    if (typeof value === 'boolean') return value
    throw this.invalid(name, 'true or false')
  }

  word<W extends string>(name: string, words: readonly W[]): W {
    const word = words.find((each) => each === this.fields[name])
    if (word !== undefined) return word
    throw this.invalid(name, words.join(' or '))
  }

  bytes(name: string, length: number): Uint8Array {
    return this.asBytes(name, this.fields[name], length)
  }

  /** A list of at most `maximum` byte strings. */
  manyBytes(name: string, length: number, maximum: number): Uint8Array[] {
    return this.list(name, maximum).map((each, i) => this.asBytes(`${name}[${i}]`, each, length))
  }

  private asBytes(name: string, value: unknown, length: number): Uint8Array {
    const bytes = fromHex(value)
    if (bytes?.length === length) return bytes
    throw this.invalid(name, `${length} bytes as 0x… hex`)
  }

  private list(name: string, maximum: number): unknown[] {
    const value = this.fields[name]
    if (Array.isArray(value) && value.length <= maximum) return value
    throw this.invalid(name, `a list of at most ${maximum}`)
  }

  private at(name: string): string {
    return this.path === '' || name === '' ? this.path + name : `${this.path}.${name}`
  }

  private invalid(name: string, expected: string): ClientError {
    const field = this.at(name)
    const reason = field === '' ? `is not ${expected}` : `${field} is not ${expected}`
    return new ClientError({ code: 'ANSWER_INVALID', url: this.url, reason })
  }
}
