import {
  type Body,
  BodyType,
  type InboxItem,
  InboxItemType,
  portableVerifier,
  type Shard,
  ShardType,
  TransitionError,
  type TransitionFault,
} from '@parley/protocol'
import { applyInboxItem, applyMessages, applyOperation, blockContext } from '@parley/protocol/reference'
import { config } from './people.ts'
import { configJson, faultJson, packed, pricesJson, type RootedType, rooted } from './render.ts'
import { hex } from './seeded.ts'
import { now, shardIndex, standingShard } from './standing.ts'
import { type TransitionCase, transitionCases } from './transition-cases.ts'

const shardType = ShardType as RootedType<Shard>
const bodyType = BodyType as unknown as RootedType<Body>
const itemType = InboxItemType as unknown as RootedType<InboxItem>

/** Runs a case; the shard is afterwards what it must be. */
function run({ body, signatures }: TransitionCase, shard: Shard): { fault?: TransitionFault; entry?: number } {
  const context = blockContext(config, portableVerifier, now, config.genesis.prices)
  try {
    if (body.kind === 'messages') applyMessages(shard, shardIndex, body.messages, signatures, context)
    else if (body.kind === 'operation') applyOperation(shard, shardIndex, body.operation, signatures, context)
    else {
      const fault = applyInboxItem(shard, shardIndex, body.item, context)
      return fault === undefined ? {} : { fault }
    }
    return {}
  } catch (error) {
    if (error instanceof TransitionError) return { fault: error.fault, entry: error.entry }
    throw error
  }
}

function bodyJson({ body }: TransitionCase) {
  if (body.kind === 'inboxItem') return rooted(itemType, body.item)
  const value: Body =
    body.kind === 'messages' ? { selector: 0, value: [...body.messages] } : { selector: 1, value: body.operation }
  return rooted(bodyType, value)
}

function render(each: TransitionCase) {
  const pre = standingShard()
  each.prepare?.(pre)
  const post = ShardType.clone(pre)
  const { fault, entry } = run(each, post)
  if (fault?.code !== each.fault) throw new Error(`${each.name}: ${fault?.code} instead of ${each.fault}`)
  const outcome = fault === undefined ? 'applied' : each.body.kind === 'inboxItem' ? 'skipped' : 'refused'
  return {
    name: each.name,
    kind: each.body.kind,
    body: bodyJson(each),
    signatures: each.signatures.map(hex),
    pre: packed(shardType, pre),
    outcome,
    ...(outcome === 'applied' ? { post: packed(shardType, post) } : {}),
    ...(outcome === 'refused' ? { entry: String(entry) } : {}),
    ...(fault === undefined ? {} : { fault: faultJson(fault) }),
  }
}

/** The file `test/vectors/transition.json`. */
export const transitionVectors = () => ({
  note: 'One body met by one shard. A refused body makes its block invalid; a skipped inbox item leaves the shard as it was.',
  deployment: configJson(config),
  shard: shardIndex.toString(),
  timestamp: now.toString(),
  prices: pricesJson(config.genesis.prices),
  cases: transitionCases.map(render),
})
