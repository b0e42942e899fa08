import { sameBytes } from '@parley/protocol/light'
import { hexToBytes, isAddress, isHex } from 'viem'
import { claimsUpTo } from './claims.ts'
import { addressOf, numberOf, shardAndIndexOf } from './place.ts'
import type { Sources } from './sources.ts'

/** Blocks whose roots are compared with one that is searched for. */
const blocksSearched = 64n

/**
 * The address of what a text names: a number is a block, `shard/index` a conversation, 20 bytes a contact, and 32 bytes the root or
 * hash of a recent claim or block. Undefined when it names nothing that is known.
 * @throws {ClientError} what asking the node throws.
 */
export async function find({ chain }: Sources, text: string, signal: AbortSignal): Promise<string | undefined> {
  const asked = text.trim()
  const number = numberOf(asked)
  if (number !== undefined) return addressOf('block', [number])
  const place = asked.includes('/') ? shardAndIndexOf(asked.split('/')) : undefined
  if (place !== undefined) return addressOf('conversation', place)
  if (isAddress(asked, { strict: false })) return addressOf('contact', [asked])
  if (!isHex(asked) || asked.length !== 66) return undefined
  const root = hexToBytes(asked)
  const same = (bytes: Uint8Array): boolean => sameBytes(bytes, root)
  const page = await claimsUpTo(chain, undefined, signal)
  const claim = page?.claims.find(({ hash, claim: { coreRoot, witnessRoot, lastHeader } }) =>
    [hash, coreRoot, witnessRoot, lastHeader.stateRoot].some(same),
  )
  if (claim !== undefined) return addressOf('claim', [claim.claim.number])
  const latest = await chain.latestBlock(signal)
  const first = latest > blocksSearched ? latest - blocksSearched + 1n : 1n
  const headers = latest === 0n ? [] : await chain.headers(first, latest, signal)
  const block = headers.find(({ root: own, header }) => [own, header.stateRoot, header.runsRoot].some(same))
  return block && addressOf('block', [block.header.number])
}
