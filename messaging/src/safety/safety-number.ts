import { concat, sha256, stringToBytes } from 'viem'

/** Decimal digits: some 133 bits, so that nobody makes a device whose number is the same. */
const digits = 40n
const inGroup = 5

/** Somebody with all devices that can read a conversation. */
interface Person {
  readonly identity: Uint8Array
  /** Ed25519 keys. */
  readonly installations: readonly Uint8Array[]
}

/**
 * What two people compare to know that nobody stands between them: it follows from both identities and from all of their devices that
 * can read a conversation, and is the same on both sides. `12345 67890 …`, eight groups.
 */
export function safetyNumber(one: Person, other: Person): string {
  const parts = [one, other].map(partOf).sort(bytewise)
  const hash = BigInt(sha256(concat([stringToBytes('parley/safety/1', { size: 32 }), ...parts])))
  const text = (hash % 10n ** digits).toString().padStart(Number(digits), '0')
  return text.match(new RegExp(`.{${inGroup}}`, 'g'))?.join(' ') ?? text
}

/** Hashed apart, so that no device of one can be taken for one of the other. */
function partOf({ identity, installations }: Person): Uint8Array {
  return sha256(concat([identity, ...[...installations].sort(bytewise)]), 'bytes')
}

function bytewise(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i])
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}
