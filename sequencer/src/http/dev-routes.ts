import { limits } from '@parley/protocol'
import type { SealedChain } from '../chain/sealed-chain.ts'
import { json, type Route } from './route.ts'
import { bytesSchema, hexOf, objectSchema, uint64Schema } from './ssz-json.ts'

export interface DevDeps {
  readonly chain: SealedChain
  /** Seals what is open. */
  readonly sealNow: () => Promise<void>
}

const headSchema = objectSchema({
  block: uint64Schema,
  stateRoot: bytesSchema(32),
  shardRoots: { type: 'array', minItems: limits.shards, maxItems: limits.shards, items: bytesSchema(32) },
})

function head({ tip }: SealedChain): object {
  const { header, shardRoots } = tip
  return { block: String(header.number), stateRoot: hexOf(header.stateRoot), shardRoots: shardRoots.map(hexOf) }
}

/** Routes of the virtual clock, for runs that must be repeatable. */
export function devRoutes({ chain, sealNow }: DevDeps): Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/dev/seal',
      summary: 'Seals what is open and tells where the chain stands then (virtual clock only)',
      answer: { [json]: headSchema },
      faults: { 503: 'The sequencer is stopping' },
      async handle() {
        await sealNow()
        return head(chain)
      },
    },
    {
      method: 'GET',
      path: '/v1/dev/shard-roots',
      summary: 'Roots of the 64 shards after the last sealed block (virtual clock only)',
      answer: { [json]: headSchema },
      faults: {},
      handle: async () => head(chain),
    },
  ]
}
