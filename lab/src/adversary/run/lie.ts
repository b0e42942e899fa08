import { BlockHeaderType, type ClaimReceipt, sameBytes } from '@parley/protocol'
import { type Address, bytesToHex } from 'viem'
import type { BlockLie, Ending } from '../classes/class.ts'
import { stateLies } from '../classes/states.ts'
import { requestOf } from '../stage/claim.ts'
import { opportunity, resume, type Stage } from '../stage/stage.ts'
import type { Outcome } from './outcome.ts'
import { type Removal, reasons, removalsFrom, sentBy } from './verdict.ts'

const reasonOf: Readonly<Record<Judged['ending'], number>> = {
  messages: 0,
  operation: 1,
  signature: 2,
  stateRoot: 3,
  malformed: 4,
  unanswered: 5,
}

/** What is told where any lie will do. */
export const anyLie = stateLies[0] as BlockLie

/** A claim, and the L2 block that has it. */
export interface Made {
  readonly number: bigint
  readonly at: { readonly blockNumber: bigint }
}

/** A claim that was taken back. */
export interface Fallen {
  readonly claimed: Made
  readonly removal: Removal
}

/** Claims a batch with a lie in it, over honest blocks that nobody claimed. */
export async function claimLie(stage: Stage, lie: BlockLie): Promise<ClaimReceipt> {
  const chance = await opportunity(stage, lie.needs)
  const request = await requestOf(stage, chance, lie.forge(chance.scene))
  const claimed = await stage.claimer.claim(request, stage.signal)
  stage.provoked += 1
  return claimed
}

/** Waits until a claim is taken back. */
export async function fallenOf(stage: Stage, claimed: Made): Promise<Fallen> {
  const removal = await stage.wait(`the end of claim ${claimed.number}`, async () => {
    const removals = await removalsFrom(stage, claimed.at.blockNumber)
    // With higher reasons a lineage begins, and nothing is taken back.
    return removals.find(({ reason }) => reason <= reasonOf.unanswered)
  })
  return { claimed, removal }
}

/** Tells a lie, waits until it is taken back, and lets everybody go on. */
export async function tellLie(stage: Stage, lie: BlockLie): Promise<Outcome> {
  const before = await honestBonds(stage)
  const fallen = await fallenOf(stage, await claimLie(stage, lie))
  const outcome = await judged(stage, { ...lie, transactions: [1, 1] }, fallen, before)
  await goOn(stage, fallen.claimed.number)
  return outcome
}

/** How a claim is to fall. */
export interface Judged {
  readonly name: string
  readonly ending: Ending | 'unanswered'
  readonly gas: number
  /** Of the challenger, at least and at most. */
  readonly transactions: readonly [number, number]
}

/** What became of a lie, and what of it is not as it should be. */
export async function judged(
  stage: Stage,
  lie: Judged,
  { claimed, removal }: Fallen,
  before: bigint,
): Promise<Outcome> {
  const { l2, roles, claimerWallet } = stage
  const { timestamp } = await l2.client.getBlock({ blockNumber: claimed.at.blockNumber })
  const { transactions, gas } = await sentBy(
    stage,
    roles.verifier.address,
    claimed.at.blockNumber,
    removal.receipt.blockNumber,
  )
  const liar = claimerWallet.account.address
  const honestBondKept =
    (await honestBonds(stage)) === before &&
    removal.slashed.every((account) => account.toLowerCase() === liar.toLowerCase())
  const failures = [
    removal.reason === reasonOf[lie.ending] ? [] : [`the reason is ${reasons[removal.reason]}`],
    removal.standing === claimed.number - 1n ? [] : [`claim ${removal.standing} is left standing`],
    removal.by.toLowerCase() === roles.verifier.address.toLowerCase() ? [] : [`${removal.by} removed it`],
    transactions >= lie.transactions[0] && transactions <= lie.transactions[1]
      ? []
      : [`it took ${transactions} transactions`],
    gas <= lie.gas ? [] : [`it took ${gas} gas, more than ${lie.gas}`],
    honestBondKept ? [] : ['an honest bond was touched'],
  ].flat()
  return {
    class: lie.name,
    detectedBy: reasons[removal.reason] ?? `reason ${removal.reason}`,
    transactions,
    gas,
    removed: removal.reason === reasonOf[lie.ending] && removal.standing === claimed.number - 1n,
    secondsToRemoval: Number(removal.at - timestamp),
    honestBondKept,
    ...(failures.length === 0 ? {} : { failed: failures.join('; ') }),
  }
}

/** What batcher and sequencer have at stake. */
export async function honestBonds({ l2, roles }: Stage): Promise<bigint> {
  const bonds = await Promise.all([roles.batcher, roles.bondOwner].map(({ address }) => l2.bondOf(address)))
  return bonds.reduce((sum, bond) => sum + bond, 0n)
}

/** Gives an account what was slashed. */
export async function fillBond({ l2, payer }: Stage, account: Address): Promise<void> {
  const { bond } = await l2.client.readContract({ ...l2.rollup, functionName: 'parameters' })
  const missing = bond - (await l2.bondOf(account))
  if (missing > 0n)
    await l2.send(payer, { ...l2.rollup, functionName: 'depositBondFor', args: [account], value: missing })
}

export const fillLiarsBond = (stage: Stage): Promise<void> => fillBond(stage, stage.claimerWallet.account.address)

/**
 * Fills the liar's bond, and waits until sequencer, batcher and node have gone on in the new lineage.
 * @param saying - What honest people do first; needed where nothing that was accepted waits for a claim.
 */
export async function goOn(
  stage: Stage,
  removed: bigint,
  saying: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  const { claimer, client, stack, signal, wait } = stage
  resume(stage, 'sequencer')
  await fillLiarsBond(stage)
  const lineage = await claimer.lineage(signal)
  resume(stage, 'batcher')
  await wait('the sequencer in the new lineage', async () => {
    const told = await client.status(signal).catch(() => undefined)
    return told?.ready && sameBytes(told.lineage, lineage) ? true : undefined
  })
  await saying()
  const head = await wait('a claim of the new lineage', async () => {
    const standing = await claimer.head(signal)
    return standing.number >= removed && sameBytes(standing.lastHeader.lineage, lineage) ? standing : undefined
  })
  const root = bytesToHex(BlockHeaderType.hashTreeRoot(head.lastHeader))
  await wait('the node in the new lineage', async () => {
    const url = `${stack.places.nodeUrl}/v1/blocks/${head.lastHeader.number}`
    const answer = await fetch(url, { signal }).catch(() => undefined)
    if (answer?.ok !== true) return undefined
    return ((await answer.json()) as { readonly headerRoot?: string }).headerRoot === root ? true : undefined
  })
}
