import { emptyVersionedHash, unpackBlobs } from '@parley/da-adapters/testing'
import { Turns } from '@parley/runtime'
import { type Address, createPublicClient, type Hex, http, isAddressEqual, type PublicClient } from 'viem'
import { type Post, partName } from './posts.ts'

const blocksAtOnce = 16

/** Reads every block of the L1 for parts that an account published, past all adapters. */
export class L1Posts {
  private readonly url: string
  private readonly account: Address
  private readonly client: PublicClient
  /** By their versioned hashes: bytes never change, blocks may. */
  private readonly parts = new Map<string, string>()

  constructor(url: string, account: Address) {
    this.url = url
    this.account = account
    this.client = createPublicClient({ transport: http(url), cacheTime: 0 })
  }

  /** Inclusions in the canonical chain as it is now. @throws {Error} for blobs of the account that are no part. */
  async read(): Promise<readonly Post[]> {
    const head = Number(await this.client.getBlockNumber())
    const turns = new Turns(blocksAtOnce)
    const never = new AbortController().signal
    const blocks = Array.from({ length: head + 1 }, (_, number) => turns.take(() => this.block(BigInt(number)), never))
    return (await Promise.all(blocks)).flat()
  }

  private async block(blockNumber: bigint): Promise<readonly Post[]> {
    const { transactions } = await this.client.getBlock({ blockNumber, includeTransactions: true })
    const posts: Post[] = []
    for (const { from, hash, blobVersionedHashes = [] } of transactions) {
      if (blobVersionedHashes.length === 0 || !isAddressEqual(from, this.account)) continue
      // What a transaction carries that does nothing.
      if (blobVersionedHashes.every((each) => each === emptyVersionedHash)) continue
      const part = await this.partOf(blockNumber, blobVersionedHashes)
      posts.push({ part, layer: 'ethereum-blobs', place: `block ${blockNumber}, transaction ${hash}` })
    }
    return posts
  }

  private async partOf(block: bigint, hashes: readonly Hex[]): Promise<string> {
    const key = hashes.join()
    const known = this.parts.get(key)
    if (known !== undefined) return known
    const blobs = await Promise.all(hashes.map((hash) => this.blob(block, hash)))
    const unpacked = unpackBlobs(blobs)
    if ('wrong' in unpacked) throw new Error(`L1 block ${block} has blobs that are no part: ${unpacked.wrong}`)
    const part = partName(unpacked.data)
    this.parts.set(key, part)
    return part
  }

  private async blob(block: bigint, hash: Hex): Promise<Uint8Array> {
    const url = `${this.url}/eth/v1/beacon/blobs/${block}?versioned_hashes=${hash}`
    const answer = await fetch(url, { headers: { accept: 'application/json' } })
    const { data } = (await answer.json()) as { readonly data: readonly Hex[] }
    const [blob] = data
    if (blob === undefined) throw new Error(`the L1 has no blob ${hash} in block ${block}`)
    return new Uint8Array(Buffer.from(blob.slice(2), 'hex'))
  }
}
