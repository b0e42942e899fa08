import {
  createNodeClient,
  createSequencerClient,
  type DeploymentOnL2,
  getDeployment,
  type L2Client,
  type NodeClient,
  type SequencerClient,
} from '@parley/client'
import { type Conversation, type MemberKey, memberKey, sameBytes } from '@parley/protocol'
import type { Config } from '../config/config.ts'
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'

/** Where users' commands go: the L2 first, for what a deployment is, is believed of nobody else. */
export interface Clients {
  readonly l2: L2Client
  readonly deployment: DeploymentOnL2
  readonly sequencer: SequencerClient
}

export async function openClients(context: Context): Promise<Clients> {
  const { config, clock } = context
  const l2 = openL2Client(context)
  const deployment = await getDeployment(l2, { rollup: needed(config, 'l2.rollup') })
  return { l2, deployment, sequencer: createSequencerClient({ url: needed(config, 'sequencer.url'), clock }) }
}

/** A node whose claims are looked up on the L2. */
export async function openNode(context: Context): Promise<NodeClient> {
  const { config, clock } = context
  const l2 = { client: openL2Client(context), rollup: needed(config, 'l2.rollup') }
  const { chainId } = await getDeployment(l2.client, l2)
  return createNodeClient({ url: needed(config, 'node.url'), clock, l2 }, { chainId })
}

/** The key that speaks: PARLEY_MEMBER_KEY, or the L2 key when that is the only one. */
export function speakingKey(config: Config): MemberKey {
  return memberKey((config.member.key ?? needed(config, 'l2.key')).reveal())
}

/** A conversation and the place of a key in it. */
export interface Membership {
  readonly conversation: Conversation
  readonly slot: number
}

interface Place {
  readonly shard: number
  readonly index: number
}

/** Finds a key among the members. @throws {CliError} `CONVERSATION_UNKNOWN`, `NOT_A_MEMBER`. */
export async function membershipOf(
  sequencer: SequencerClient,
  at: Place,
  key: MemberKey,
  signal: AbortSignal,
): Promise<Membership> {
  return membershipIn(await conversationAt(sequencer, at, signal), at, key)
}

/** As `membershipOf`, by what a node has verified. */
export async function verifiedMembership(
  node: NodeClient,
  at: Place,
  key: MemberKey,
  signal: AbortSignal,
): Promise<Membership> {
  const found = await node.conversation(at.shard, at.index, { signal })
  return membershipIn(known(found?.conversation, at), at, key)
}

function membershipIn(conversation: Conversation, { shard, index }: Place, { key }: MemberKey): Membership {
  const slot = conversation.members.findIndex((member) => member.role !== 0 && sameBytes(member.key, key))
  if (slot < 0) throw new CliError({ code: 'NOT_A_MEMBER', place: `${shard}/${index}`, key })
  return { conversation, slot }
}

/** @throws {CliError} `CONVERSATION_UNKNOWN`. */
export async function conversationAt(
  sequencer: SequencerClient,
  at: Place,
  signal: AbortSignal,
): Promise<Conversation> {
  return known(await sequencer.conversation(at.shard, at.index, signal), at)
}

function known(conversation: Conversation | undefined, { shard, index }: Place): Conversation {
  if (conversation === undefined) throw new CliError({ code: 'CONVERSATION_UNKNOWN', place: `${shard}/${index}` })
  return conversation
}
