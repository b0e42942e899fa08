import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { rollupAbi } from '@parley/contracts'
import type { ClaimsView, Stack } from '@parley/lab'
import { type Address, createPublicClient, getAbiItem, http, type Transaction, toFunctionSelector } from 'viem'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const claimFunction = getAbiItem({ abi: rollupAbi, name: 'claim' })
const claimSelector = toFunctionSelector(claimFunction)

/** Everything `address` sent. */
async function transactionsOf(url: string, address: Address): Promise<Transaction[]> {
  const client = createPublicClient({ transport: http(url) })
  const head = await client.getBlockNumber()
  const own: Transaction[] = []
  for (let number = 0n; number <= head; number += 1n) {
    const { transactions } = await client.getBlock({ blockNumber: number, includeTransactions: true })
    own.push(...transactions.filter(({ from }) => from.toLowerCase() === address.toLowerCase()))
  }
  return own
}

/** Objects in the local layer's directory that no claim names; what a crash left half written is no publication. */
export async function strayObjects(directory: string, pointers: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true })
  const digests = entries.map((path) => basename(path)).filter((name) => /^[0-9a-f]{64}$/.test(name))
  return digests.filter((digest) => !pointers.includes(digest)).length
}

/** Of the versioned hashes that were sent, those sent again and those that no claim names. */
export function strayBlobs(hashes: readonly string[], pointers: string): number {
  const different = new Set(hashes)
  const unclaimed = [...different].filter((hash) => !pointers.includes(hash.slice(2)))
  return hashes.length - different.size + unclaimed.length
}

/** Transactions that called `claim` beside those that made the standing claims. */
function strayClaims(sent: readonly Transaction[], rollup: Address, claims: ClaimsView): number {
  const claiming = sent.filter(({ to, input }) => to?.toLowerCase() === rollup && input.startsWith(claimSelector))
  return claiming.length - claims.claims.length
}

/** Publications and claims beyond the one of each batch. Ask when everything sealed is claimed. */
export async function countDoublePosted(
  { places }: Stack,
  dataDir: string,
  batcher: Address,
  claims: ClaimsView,
): Promise<number> {
  const pointers = claims.claims
    .map(({ claim }) => `${hex(claim.core.pointer)} ${hex(claim.witness.pointer)}`)
    .join(' ')
  const [onL1, onL2] = await Promise.all([transactionsOf(places.l1Url, batcher), transactionsOf(places.l2Url, batcher)])
  const objects = places.daLocalUrl === undefined ? 0 : await strayObjects(join(dataDir, 'da'), pointers)
  const hashes = onL1.flatMap(({ blobVersionedHashes }) => blobVersionedHashes ?? [])
  return objects + strayBlobs(hashes, pointers) + strayClaims(onL2, places.rollup, claims)
}
