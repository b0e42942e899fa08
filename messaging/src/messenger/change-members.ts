import {
  type ChangeMembers,
  type Conversation,
  changeDigests,
  type MemberKey,
  type Signature,
  signDigest,
} from '@parley/protocol/light'
import { messagingLimits } from '../limits.ts'
import type { Log, Place } from '../ports/log.ts'

type Plan = Partial<ChangeMembers> | undefined

/** Who signs a change, and what it changes. */
export interface Changing {
  readonly slot: number
  readonly key: MemberKey
  /** What is to change, as the conversation stands now; undefined when there is nothing left to change. */
  readonly plan: (standing: Conversation) => Plan | Promise<Plan>
  /** Keys that enter, in the order of their entries: they consent. */
  readonly entering: readonly MemberKey[]
}

/** Changes a conversation's members, again when others were faster. @returns the change; undefined when there was none to make. */
export async function changeMembers(
  log: Log,
  place: Place,
  { slot, key, plan, entering }: Changing,
  signal: AbortSignal,
): Promise<ChangeMembers | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const standing = await log.standing(place, signal)
    const planned = await plan(standing)
    if (planned === undefined) return undefined
    const base = { shard: place.shard, conversation: place.index, epoch: standing.epoch, signer: slot }
    const change: ChangeMembers = { ...base, remove: [], roles: [], add: [], exchange: [], ...planned }
    const signatures = sign(log.chainId, standing, change, key, entering)
    try {
      await log.change(change, signatures, signal)
      return change
    } catch (error) {
      if (!isOutrun(error) || attempt === messagingLimits.attempts) throw error
    }
  }
}

function sign(
  chainId: bigint,
  { id, members }: Conversation,
  change: ChangeMembers,
  key: MemberKey,
  entering: readonly MemberKey[],
): Signature[] {
  const { digests } = changeDigests(chainId, id, change, (slot) => members[slot]?.nonce ?? 0n)
  const signers = [key, ...entering]
  return digests.map((digest, i) => signDigest((signers[i] as MemberKey).secret, digest))
}

function isOutrun(error: unknown): boolean {
  return error instanceof Error && 'fault' in error && (error.fault as { code?: unknown }).code === 'EPOCH_MISMATCH'
}
