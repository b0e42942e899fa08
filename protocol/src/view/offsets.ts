import { CodecError } from '../codec/faults.ts'

const part = 'block'
const offsetBytes = 4

export function viewFault(field: string, reason: string): CodecError {
  return new CodecError({ code: 'CODEC_VALUE', part, field, reason })
}

/** Bytes being looked at, with a view for integers. */
export class ViewReader {
  readonly bytes: Uint8Array
  private readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  uint16(at: number): number {
    return this.view.getUint16(at, true)
  }

  uint32(at: number): number {
    return this.view.getUint32(at, true)
  }

  /** Demands that a container's fixed part of `fixed` bytes lies between two places. @throws {CodecError} */
  assertFixed(field: string, from: number, to: number, fixed: number): void {
    if (to - from < fixed) throw viewFault(field, `${to - from} bytes, fewer than ${fixed}`)
  }

  /** Place that the offset at `at` leads to, within a container that goes from `from` to `to`. @throws {CodecError} */
  offset(field: string, at: number, from: number, to: number): number {
    const place = from + this.uint32(at)
    if (place > to) throw viewFault(field, 'an offset beyond the end')
    return place
  }

  /**
   * Places of the elements of a list of variable size between two places, and the end behind the last.
   * @throws {CodecError} when offsets are not what an encoder writes, or there are more than `maximum` elements.
   */
  elements(field: string, from: number, to: number, maximum: number): Uint32Array {
    if (from === to) return Uint32Array.of(to)
    this.assertFixed(field, from, to, offsetBytes)
    const first = this.uint32(from)
    const count = first / offsetBytes
    if (!Number.isInteger(count) || count === 0 || from + first > to) throw viewFault(field, 'a wrong first offset')
    if (count > maximum) throw new CodecError({ code: 'CODEC_BOUND', part, field, received: count, maximum })
    const places = new Uint32Array(count + 1)
    let last = from + first
    for (let i = 0; i < count; i += 1) {
      const place = this.offset(field, from + offsetBytes * i, from, to)
      if (place < last) throw viewFault(field, 'offsets fall')
      last = place
      places[i] = place
    }
    places[count] = to
    return places
  }

  /** How many elements of fixed size lie between two places. @throws {CodecError} */
  count(field: string, from: number, to: number, size: number, maximum: number): number {
    const count = (to - from) / size
    if (!Number.isInteger(count)) throw viewFault(field, `${to - from} bytes, no multiple of ${size}`)
    if (count > maximum) throw new CodecError({ code: 'CODEC_BOUND', part, field, received: count, maximum })
    return count
  }
}

/** The SSZ of a list of variable size from the SSZ of its elements. */
export function joinElements(elements: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(elements.reduce((sum, { length }) => sum + offsetBytes + length, 0))
  const view = new DataView(bytes.buffer)
  let place = offsetBytes * elements.length
  elements.forEach((element, i) => {
    view.setUint32(offsetBytes * i, place, true)
    bytes.set(element, place)
    place += element.length
  })
  return bytes
}
