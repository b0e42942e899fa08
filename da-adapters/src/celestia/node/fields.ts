import { NodeFault } from './node-fault.ts'

/** Reads what a node answered, field by field; everything that is not of its form is a fault that names the field. */
export class Fields {
  private readonly values: Readonly<Record<string, unknown>>
  private readonly path: string

  /** @throws {NodeFault} `nonsense` when `value` is no object. */
  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw nonsense(path, 'an object')
    this.values = value as Record<string, unknown>
    this.path = path
  }

  inner(name: string): Fields {
    return new Fields(this.values[name], `${this.path}.${name}`)
  }

  text(name: string): string {
    const value = this.values[name]
    if (typeof value !== 'string') throw nonsense(`${this.path}.${name}`, 'a text')
    return value
  }

  /** A time as RFC 3339 writes it, in milliseconds since 1970. */
  time(name: string): number {
    const time = Date.parse(this.text(name))
    if (Number.isNaN(time)) throw nonsense(`${this.path}.${name}`, 'a time')
    return time
  }

  /** A whole number that is not negative, as a number or in digits; `otherwise` when it is left out, as Go leaves out zeros. */
  count(name: string, otherwise?: number): number {
    const value = this.values[name] ?? otherwise
    const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0)
      throw nonsense(`${this.path}.${name}`, 'a whole number')
    return number
  }

  base64(name: string, length?: number): Uint8Array {
    return base64Of(this.values[name], `${this.path}.${name}`, length)
  }

  hex(name: string, length: number): Uint8Array {
    const value = this.values[name]
    if (typeof value !== 'string' || !/^[0-9a-f]*$/i.test(value) || value.length !== 2 * length)
      throw nonsense(`${this.path}.${name}`, `${length} bytes in hexadecimal`)
    return Buffer.from(value, 'hex')
  }

  /** Each item read by `read`; an empty list for null, which Go writes for one. */
  list<T>(name: string, most: number, read: (item: unknown, path: string) => T): T[] {
    return listOf(this.values[name], `${this.path}.${name}`, most, read)
  }

  bytesList(name: string, most: number, length?: number): Uint8Array[] {
    return this.list(name, most, (item, path) => base64Of(item, path, length))
  }
}

export function listOf<T>(value: unknown, path: string, most: number, read: (item: unknown, path: string) => T): T[] {
  if (value === null || value === undefined) return []
  if (!Array.isArray(value) || value.length > most) throw nonsense(path, `a list of at most ${most}`)
  return value.map((item: unknown, i) => read(item, `${path}[${i}]`))
}

function base64Of(value: unknown, path: string, length?: number): Uint8Array {
  if (typeof value !== 'string') throw nonsense(path, 'base64')
  const bytes = Buffer.from(value, 'base64')
  if (bytes.toString('base64') !== value) throw nonsense(path, 'base64')
  if (length !== undefined && bytes.length !== length) throw nonsense(path, `${length} bytes in base64`)
  return bytes
}

function nonsense(path: string, wanted: string): NodeFault {
  return new NodeFault('nonsense', `the node’s ${path} is not ${wanted}`)
}
