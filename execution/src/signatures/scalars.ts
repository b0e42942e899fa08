/** Half of the group's order, rounded down: the highest s of a canonical signature. Big-endian. */
const halfOrder = Buffer.from('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0', 'hex')

/** Whether s of a signature r ‖ s is at most half the group's order. */
export function hasLowS(signature: Uint8Array): boolean {
  for (let i = 0; i < 32; i += 1) {
    const difference = (signature[32 + i] as number) - (halfOrder[i] as number)
    if (difference !== 0) return difference < 0
  }
  return true
}
