/**
 * The Reed-Solomon code of Celestia's squares: Leopard's over GF(2^8) with a Cantor basis, for powers of two up to 128.
 * A polynomial takes the data at the points k to 2k - 1 and the parity at 0 to k - 1. In a Cantor basis the i-th subspace
 * polynomial of a point is its number shifted by i, so no tables of skews are needed.
 */

const polynomial = 0x11d
const cantorBasis = [1, 214, 152, 146, 86, 200, 88, 230]

/** Most pieces of data that the field has room for. */
const maxPieces = 128

/** Products of all pairs of bytes as the code writes them: bits of a byte stand for elements of the basis. */
const products = productTable()

function productTable(): readonly Uint8Array[] {
  const element = Array.from({ length: 256 }, (_, byte) =>
    cantorBasis.reduce((sum, basis, bit) => ((byte >> bit) & 1 ? sum ^ basis : sum), 0),
  )
  const byteOf = new Uint8Array(256)
  for (const [byte, value] of element.entries()) byteOf[value] = byte
  return element.map((a) => Uint8Array.from(element, (b) => byteOf[multiplied(a, b)] ?? 0))
}

function multiplied(a: number, b: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product <<= 1
    if (product & 0x100) product ^= polynomial
    if ((b >> bit) & 1) product ^= a
  }
  return product
}

/** As many pieces of parity as there are pieces of data, all of the same length. */
export function parityOf(data: readonly Uint8Array[]): Uint8Array[] {
  const count = data.length
  if (count < 1 || count > maxPieces || !Number.isInteger(Math.log2(count)))
    throw new RangeError(`${count} pieces, allowed are powers of two up to ${maxPieces}`)
  const work = data.map((piece) => Uint8Array.from(piece))
  interpolate(work, count)
  evaluate(work)
  return work
}

/** From values at the points that begin at `offset` to coefficients. */
function interpolate(work: readonly Uint8Array[], offset: number): void {
  for (let half = 1, level = 0; half < work.length; half *= 2, level++)
    for (let at = 0; at < work.length; at += 2 * half) {
      const skew = products[(offset + at) >> level] as Uint8Array
      for (let i = at; i < at + half; i++) {
        const low = work[i] as Uint8Array
        const high = work[i + half] as Uint8Array
        for (let byte = 0; byte < low.length; byte++) {
          high[byte] = (high[byte] as number) ^ (low[byte] as number)
          low[byte] = (low[byte] as number) ^ (skew[high[byte] as number] as number)
        }
      }
    }
}

/** From coefficients to values at the points from 0. */
function evaluate(work: readonly Uint8Array[]): void {
  for (let half = work.length / 2, level = Math.log2(half); half >= 1; half /= 2, level--)
    for (let at = 0; at < work.length; at += 2 * half) {
      const skew = products[at >> level] as Uint8Array
      for (let i = at; i < at + half; i++) {
        const low = work[i] as Uint8Array
        const high = work[i + half] as Uint8Array
        for (let byte = 0; byte < low.length; byte++) {
          low[byte] = (low[byte] as number) ^ (skew[high[byte] as number] as number)
          high[byte] = (high[byte] as number) ^ (low[byte] as number)
        }
      }
    }
}
