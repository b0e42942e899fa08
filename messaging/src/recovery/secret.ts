import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeText } from '../codec/ssz.ts'
import { invalid } from '../faults.ts'
import { messagingLimits } from '../limits.ts'

/** What opens a recovery: a passphrase of one's own, or 24 words that were printed. */
export type RecoverySecret = { readonly passphrase: string } | { readonly words: string }

/** What a passphrase costs to try: memory and passes of Argon2id. */
export interface PassphraseCost {
  readonly memoryKiB: number
  readonly passes: number
}

/** RFC 9106's second recommendation, with one lane: JavaScript has one thread. */
export const passphraseCost: PassphraseCost = { memoryKiB: 65_536, passes: 3 }

/** Bounds of a cost: less is no protection, more would be a trap in a file of a stranger's. */
export const costBounds = { memoryKiB: [8_192, 1_048_576], passes: [1, 16] } as const

const keyBytes = 32
const maxPassphrase = 1_024
const encoder = new TextEncoder()

/** @throws {MessagingError} `FRAME_INVALID`: a cost is outside its bounds. */
export function checkedCost(cost: PassphraseCost): PassphraseCost {
  for (const name of ['memoryKiB', 'passes'] as const) {
    const [least, most] = costBounds[name]
    const value = cost[name]
    if (!Number.isInteger(value) || value < least || value > most)
      throw invalid(`recovery.${name}`, `${value} is not between ${least} and ${most}`)
  }
  return cost
}

/** The key under a passphrase. It takes seconds. @throws {MessagingError} `FRAME_INVALID`: it is too short or too long. */
export async function keyOfPassphrase(
  passphrase: string,
  salt: Uint8Array,
  { memoryKiB: m, passes: t }: PassphraseCost,
): Promise<Uint8Array> {
  // Keyboards write one text in several ways.
  const normal = passphrase.normalize('NFKC')
  const least = messagingLimits.passphrase
  if ([...normal].length < least) throw invalid('passphrase', `it has fewer than ${least} characters`)
  const bytes = encodeText(normal, maxPassphrase, 'passphrase')
  const { argon2idAsync } = await import('@noble/hashes/argon2.js')
  return argon2idAsync(bytes, salt, { m, t, p: 1, dkLen: keyBytes })
}

/** The key under words. @throws {MessagingError} `FRAME_INVALID`: they are not 24 words of the list with their check. */
export async function keyOfWords(words: string, salt: Uint8Array): Promise<Uint8Array> {
  const { mnemonicToEntropy, wordlist } = await bip39()
  const said = words.normalize('NFKD').trim().toLowerCase().split(/\s+/)
  if (said.length !== 24) throw invalid('words', `they are ${said.length}, not 24`)
  const unknown = said.findIndex((word) => !wordlist.includes(word))
  if (unknown !== -1) throw invalid('words', `word ${unknown + 1} is none of the list`)
  let entropy: Uint8Array
  try {
    entropy = mnemonicToEntropy(said.join(' '), wordlist)
  } catch (cause) {
    throw invalid('words', 'their check does not hold: one of them is another word', cause)
  }
  return hkdf(sha256, entropy, salt, encoder.encode('parley/recover/1'), keyBytes)
}

/** 24 words of BIP 39, in English, for 32 random bytes. */
export async function wordsOf(entropy: Uint8Array): Promise<string> {
  const { entropyToMnemonic, wordlist } = await bip39()
  return entropyToMnemonic(entropy, wordlist)
}

/** Loaded when it is needed: the list of words weighs more than the rest. */
async function bip39() {
  const [{ entropyToMnemonic, mnemonicToEntropy }, { wordlist }] = await Promise.all([
    import('@scure/bip39'),
    import('@scure/bip39/wordlists/english'),
  ])
  return { entropyToMnemonic, mnemonicToEntropy, wordlist }
}
