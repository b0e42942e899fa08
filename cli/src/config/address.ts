import { getAddress } from 'viem'

export type Address = `0x${string}`

/**
 * Reads an address: 0x and 40 hexadecimal digits, all small or all capital, or mixed as its EIP-55 checksum has them.
 * @returns it as its checksum has it, or why it is refused.
 */
export function readAddress(text: string): { readonly address: Address } | { readonly refused: string } {
  const digits = /^0x([0-9a-fA-F]{40})$/.exec(text)?.[1]
  if (digits === undefined) return { refused: 'must be 0x and 40 hexadecimal digits' }
  const address = getAddress(`0x${digits.toLowerCase()}`)
  const plain = digits === digits.toLowerCase() || digits === digits.toUpperCase()
  if (plain || text === address) return { address }
  return { refused: `has a wrong EIP-55 checksum: a digit may be mistyped; if not, write it in small letters` }
}
