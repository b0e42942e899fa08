import { type Account, prove, proveAccount, ShardType, type State } from '@parley/protocol'
import { bytesToHex, parseEventLogs } from 'viem'
import type { BlockLie } from '../classes/class.ts'
import { operationLies } from '../classes/operations.ts'
import { rootsOf } from '../forger/sources.ts'
import { requestOf } from '../stage/claim.ts'
import { opportunity, type Stage } from '../stage/stage.ts'
import { type AbiClaim, finalClaim, refusing } from '../stage/standing.ts'
import { fallenOf, goOn } from './lie.ts'
import { refusedTrial, type Trial } from './outcome.ts'

/** What `Inbox.withdraw` takes for somebody's account in a state. */
function withdrawal({ cast }: Stage, who: 'ben' | 'cyd', state: State, claim: AbiClaim) {
  const { shard, accounts, owners } = cast
  const values = state.shards[shard]
  const account = values?.accounts[accounts[who]] as Account
  const { branch: inShard } = prove(ShardType, values as NonNullable<typeof values>, ['accounts', accounts[who]])
  const { branch } = proveAccount(rootsOf(state), shard, accounts[who], account, inShard)
  const owner = bytesToHex(owners[who].address)
  const siblings = branch.map((each) => bytesToHex(each))
  return [claim, shard, accounts[who], { ...account, owner }, siblings, owner] as const
}

const refusedTo = ({ l2, payer }: Stage, args: ReturnType<typeof withdrawal>): Promise<string | undefined> =>
  refusing(() => l2.client.simulateContract({ ...l2.inbox, functionName: 'withdraw', args, account: payer.account }))

const overdrawn = operationLies.find(({ name }) => name === 'balance-overdrawn') as BlockLie

/** Money that a false state gives is not paid while the claim stands, nor when it fell. */
const ofRemovedState = refusedTrial('withdrawal-of-removed-state', ['Inbox_ClaimNotFinal'], async (stage) => {
  const chance = await opportunity(stage, [])
  const batch = overdrawn.forge(chance.scene)
  const claimed = await stage.claimer.claim(await requestOf(stage, chance, batch), stage.signal)
  stage.provoked += 1
  const { blockNumber } = claimed.at
  const [told] = await stage.l2.client.getContractEvents({
    ...stage.l2.rollup,
    eventName: 'Claimed',
    fromBlock: blockNumber,
    toBlock: blockNumber,
    strict: true,
  })
  if (told === undefined) throw new TypeError('the claim has no event')
  const args = withdrawal(stage, 'ben', batch.after, told.args.claim)
  const standing = await refusedTo(stage, args)
  await fallenOf(stage, claimed)
  await goOn(stage, claimed.number)
  const fallen = await refusedTo(stage, args)
  return standing === fallen ? fallen : undefined
})

/** What a final state gives is paid once. */
async function paidTwice(stage: Stage): Promise<string | undefined> {
  const { l2, payer, ledger, newPast, signal, wait } = stage
  const past = newPast()
  let tried = 0n
  // Somebody withdraws in every round, but perhaps in none that is final yet.
  await stage.honest.goOn([])
  const args = await wait('a final claim that somebody is owed by', async () => {
    const claim = await finalClaim(stage)
    if (claim.number === tried) return undefined
    tried = claim.number
    const { number, inboxCount } = claim.lastHeader
    const sealed = await stage.client.block(number, signal)
    if (sealed === undefined) throw new RangeError(`the sequencer has no block ${number}`)
    const { header } = sealed.block
    await ledger.until(inboxCount, signal)
    const { state } = await past.ground(header, header.lineage, inboxCount, signal)
    const due = withdrawal(stage, 'ben', state, claim)
    return (await refusedTo(stage, due)) === undefined ? due : undefined
  })
  await l2.send(payer, { ...l2.inbox, functionName: 'withdraw', args })
  return refusedTo(stage, args)
}

/** Has somebody paid once the claim is final. @returns the wei that were paid. */
export async function paid(stage: Stage, who: 'ben' | 'cyd', state: State, claim: AbiClaim): Promise<bigint> {
  const { l2, payer, wait } = stage
  await wait(`claim ${claim.number} to be final`, async () => {
    const number = await l2.client.readContract({ ...l2.rollup, functionName: 'finalNumber' })
    return number >= claim.number ? true : undefined
  })
  const { logs } = await l2.send(payer, {
    ...l2.inbox,
    functionName: 'withdraw',
    args: withdrawal(stage, who, state, claim),
  })
  const told = parseEventLogs({ abi: l2.inbox.abi, eventName: 'Withdrawn', logs })
  return told.reduce((sum, { args }) => sum + args.amount, 0n)
}

export const withdrawals: readonly Trial[] = [
  ofRemovedState,
  refusedTrial('double-withdrawal', ['Inbox_NothingDue'], paidTwice),
]
