import { finalMessages, readNode } from '@parley/cli/roles'
import { drained } from '../../../dev/drained.ts'
import type { Outcome } from '../../outcome/outcome.ts'
import { duplicatesOf, type Post } from '../counting/posts.ts'
import type { DaDrill, Played } from '../drills/drill.ts'
import type { SteadyLoad } from '../stage/load.ts'
import { layersOf, type Stage } from '../stage/stage.ts'

/**
 * Runs a drill under load, and counts on the chains what became of what was accepted. Whatever fails on the way is told with
 * the outcome, and the counting is done all the same.
 */
export async function playDrill(stage: Stage, drill: DaDrill): Promise<Outcome> {
  const { clock, observers, signal } = stage
  const failures: string[] = []
  const attempt = async <T>(step: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await step()
    } catch (error) {
      signal.throwIfAborted()
      failures.push(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }
  const before = new Set(duplicatesOf(await stage.posts()).map(tellPost))
  const from = stage.latestClaim()
  const load = stage.load(`drill ${drill.name}`)
  const played = await attempt(async () => {
    await stage.usePolicy(drill.policy)
    await Promise.race([stage.claimOn(firstOf(drill), from), broken(load)])
    return Promise.race([drill.play(stage), broken(load)])
  })
  await stage.heal()
  const healedAt = clock.elapsed()
  const sealed = observers.sealed()?.header.number ?? 0n
  const secondsToRecover = await attempt(async () => {
    await stage.wait('what was sealed before the fault was over to be claimed', () =>
      (observers.claims()?.claimedBlock ?? 0n) >= sealed ? true : undefined,
    )
    return Math.round((clock.elapsed() - healedAt) / 100) / 10
  })
  await attempt(() => load.stop())
  stage.accepted += load.tally.accepted
  const isDrained = await attempt(async () => {
    await drained(observers, nodeOf(stage), stage.accepted, stage.wait, signal)
    return true
  })
  const messagesLost = stage.accepted - (await countFinal(stage))
  const duplicates = duplicatesOf(await stage.posts())
    .map(tellPost)
    .filter((told) => !before.has(told))
  const duplicatePosts = duplicates.length - (played?.injected ?? 0)
  failures.push(...failuresOf(load, played, messagesLost))
  if (duplicatePosts !== 0)
    failures.push([`${duplicatePosts} duplicates beside those of the drill`, ...duplicates].join(', '))
  failures.push(...((await attempt(async () => played?.after?.())) ?? []))
  return {
    drill: drill.name,
    recovered: isDrained === true && messagesLost === 0,
    secondsToRecover: secondsToRecover ?? null,
    messagesLost,
    duplicatePosts,
    layerUsed: layersUsed(stage, from),
    detail: [...(played === undefined ? [] : [played.detail]), `${load.tally.accepted} messages`].join('; '),
    ...(failures.length > 0 && { failed: failures.join('; ') }),
  }
}

const firstOf = ({ policy }: DaDrill): string => policy.split(':', 1)[0] as string
const nodeOf = ({ stack }: Stage): string => stack.places.nodeUrl as string

/** Rejects when the load does. */
async function broken(load: SteadyLoad): Promise<never> {
  await load.playing
  throw new Error('the load ended by itself')
}

/** Messages in the blocks that are final by now. */
async function countFinal(stage: Stage): Promise<number> {
  const { messages, block } = stage.counted
  const { finalBlock } = await readNode(nodeOf(stage), stage.signal)
  const more = await finalMessages(nodeOf(stage), finalBlock, stage.signal, block + 1n)
  stage.counted = { messages: messages + more, block: finalBlock }
  return stage.counted.messages
}

const tellPost = ({ part, layer, place }: Post): string => `${part} again on ${layer}: ${place}`

function failuresOf({ tally }: SteadyLoad, played: Played | undefined, messagesLost: number): readonly string[] {
  return [
    ...(played !== undefined && played.hits === 0 ? ['fault not observed'] : []),
    ...(tally.refused === 0 ? [] : [`${tally.refused} messages were refused`]),
    ...(messagesLost > 0 ? [`of the accepted messages ${messagesLost} are in no final block`] : []),
    ...(messagesLost < 0 ? [`${-messagesLost} messages are final whose acceptance the load was not told of`] : []),
    ...(played?.failures ?? []),
  ]
}

/** Layers of the claims after one, in the order of their use, each named once while it lasts. */
function layersUsed(stage: Stage, from: bigint): string {
  const used = stage.claimsAfter(from).map((each) => [...new Set(layersOf(each))].join('+'))
  return used.filter((name, i) => name !== used[i - 1]).join(':')
}
