import { createHash } from 'node:crypto'
import { fallenEntriesAtOnce, type sequencerRoutes, type ValueOf } from '@parley/api'
import type { Handlers } from '@parley/api/server'
import { type SignedMessage, SignedMessageType, type SignedOperation, SignedOperationType } from '@parley/protocol'
import { SequencerError } from '../faults.ts'
import type { NumberedFallenEntry } from '../store/fallen-entries.ts'
import type { VoidStore } from '../store/void-store.ts'

type Routes = ReturnType<typeof sequencerRoutes>
type Answer = ValueOf<NonNullable<Routes['fallen']['answer']>['json']>

function shown({ index, kind, bytes, fault }: NumberedFallenEntry): Answer['entries'][number] {
  const id = new Uint8Array(createHash('sha256').update(bytes).digest())
  const message = kind === 'message' ? (SignedMessageType.deserialize(bytes) as SignedMessage) : null
  const operation = kind === 'operation' ? (SignedOperationType.deserialize(bytes) as SignedOperation) : null
  return { index, id, message, operation, fault }
}

/** What operators and members ask after claims were removed. */
export function removalHandlers({ voids }: { readonly voids: VoidStore }): Pick<Handlers<Routes>, 'fallen'> {
  return {
    async fallen({ place: { params, query } }) {
      const { ranges } = voids
      const removal = params.removal === 'latest' ? ranges.length - 1 : Number(params.removal)
      const range = ranges[removal]
      if (range === undefined) throw new SequencerError({ code: 'REMOVAL_UNKNOWN', removal, removals: ranges.length })
      const { lineage, block, offered } = range
      const entries = await voids.fallen(removal, query.from ?? 0n, fallenEntriesAtOnce)
      const end = (entries.at(-1)?.index ?? offered.fallen) + 1n
      return {
        removal,
        lineage,
        standing: block,
        fallen: offered.fallen,
        done: offered.done,
        entries: entries.map(shown),
        next: end < offered.fallen ? end : null,
      }
    },
  }
}
