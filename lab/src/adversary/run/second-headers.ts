import type { BlockHeader } from '@parley/protocol'
import { type Address, bytesToHex, decodeFunctionData } from 'viem'
import { signHeader } from '../stage/claim.ts'
import { type SecondNode, withSecondNode } from '../stage/second-node.ts'
import type { Stage } from '../stage/stage.ts'
import { fillBond, goOn } from './lie.ts'
import { atLast, type ImmediateTrial, type Outcome, type Trial } from './outcome.ts'
import { sentBy } from './verdict.ts'

type Shown = 'proveEquivocation' | 'proveContradiction'

const gasAtMost = 200_000

/** A key that signs two headers for one place, one of which whoever was shown it hands to a node that watches the sequencer. */
const secondHeader = (
  name: string,
  shown: Shown,
  /** The header that everybody else was shown, once the node knows it. */
  known: (stage: Stage, node: SecondNode) => Promise<BlockHeader>,
): ImmediateTrial => ({
  name,
  ends: `${shown}, the bond behind the key slashed`,
  gas: gasAtMost,
  run: (stage) =>
    withSecondNode(stage, name, { PARLEY_NODE_WATCH: stage.stack.places.sequencerUrl }, async (node) => {
      const outcome = await slashed(stage, { name, shown }, node, await known(stage, node))
      const { number } = await stage.claimer.head(stage.signal)
      await fillBond(stage, stage.roles.bondOwner.address)
      await goOn(stage, number + 1n, () => stage.honest.goOn([]))
      return outcome
    }),
})

/** Hands a node the other header, waits until the bond behind the key is gone, and says how that went. */
async function slashed(
  stage: Stage,
  { name, shown }: { readonly name: string; readonly shown: Shown },
  node: SecondNode,
  header: BlockHeader,
): Promise<Outcome> {
  const { l2, roles, signal, wait } = stage
  const owner = roles.bondOwner.address
  const [before, credited, bond] = await Promise.all([bondsBesides(stage), creditOf(stage, node), l2.bondOf(owner)])
  // Not the block after it, which the L2 may not have yet: classes before ended earlier.
  const { number: at, timestamp } = await l2.client.getBlock()
  const other: BlockHeader = { ...header, stateRoot: header.stateRoot.map((byte) => byte ^ 1) }
  const taken = await node.client.showHeader({ header: other, signature: signHeader(stage, other) }, signal)
  const told = await wait('the second header to be shown on the L2', async () => {
    const events = await l2.client.getContractEvents({
      ...l2.rollup,
      eventName: 'Equivocated',
      fromBlock: at,
      strict: true,
    })
    return events[0]
  })
  const [{ timestamp: shownAt }, { input, from }, sent, slashes, left, after, credit] = await Promise.all([
    l2.client.getBlock({ blockNumber: told.blockNumber }),
    l2.client.getTransaction({ hash: told.transactionHash }),
    sentBy(stage, node.address, at, told.blockNumber),
    l2.client.getContractEvents({ ...l2.rollup, eventName: 'Slashed', fromBlock: at, strict: true }),
    l2.bondOf(owner),
    bondsBesides(stage),
    creditOf(stage, node),
  ])
  const { functionName } = decodeFunctionData({ abi: l2.rollup.abi, data: input })
  const honestBondKept = after === before && slashes.every(({ args: { account } }) => account === owner)
  const isPlace = told.args.number === header.number && told.args.lineage === bytesToHex(header.lineage)
  const isSlashed = functionName === shown && isPlace && told.args.bondOwner === owner && bond > 0n && left === 0n
  const reward = credit - credited
  const failures = [
    taken === 'contradicts' ? [] : [`the node takes the second header for ${taken}`],
    functionName === shown ? [] : [`it is shown by ${functionName}`],
    from.toLowerCase() === node.address.toLowerCase() ? [] : [`${from} showed it`],
    isSlashed ? [] : [`${left} wei of ${bond} are left behind the key`],
    reward === bond / 2n ? [] : [`the reward is ${reward} wei of a bond of ${bond}`],
    sent.transactions === 1 ? [] : [`it took ${sent.transactions} transactions`],
    sent.gas <= gasAtMost ? [] : [`it took ${sent.gas} gas, more than ${gasAtMost}`],
    honestBondKept ? [] : ['an honest bond was touched'],
  ].flat()
  return {
    class: name,
    detectedBy: functionName,
    ...sent,
    removed: isSlashed,
    secondsToRemoval: Number(shownAt - timestamp),
    honestBondKept,
    ...(failures.length === 0 ? {} : { failed: failures.join('; ') }),
  }
}

const creditOf = ({ l2 }: Stage, { address }: SecondNode): Promise<bigint> =>
  l2.client.readContract({ ...l2.rollup, functionName: 'creditOf', args: [address] })

/** What those have at stake who do not answer for the key. */
async function bondsBesides({ l2, roles, claimerWallet }: Stage): Promise<bigint> {
  const accounts: Address[] = [roles.batcher.address, claimerWallet.account.address]
  const bonds = await Promise.all(accounts.map((account) => l2.bondOf(account)))
  return bonds.reduce((sum, each) => sum + each, 0n)
}

/** The header of the latest block, once the node has seen it in the sequencer's feed. */
async function inTheFeed(stage: Stage, { client }: SecondNode): Promise<BlockHeader> {
  const { block } = await stage.honest.goOn([])
  await stage.wait(`header ${block} in the feed`, async () => {
    const { watch } = await client.status(stage.signal)
    return (watch.sources[0]?.block ?? 0n) >= block ? true : undefined
  })
  return headerOf(stage, block)
}

/** The last header of a final claim, once the node has forgotten it: of what is final it keeps no header. */
async function inFinalClaim(stage: Stage, { client }: SecondNode): Promise<BlockHeader> {
  const number = await stage.wait('all that was sealed to be final', async () => {
    const { watch, finality } = await client.status(stage.signal)
    return watch.headers === 0 && finality.final.claim > 0n ? finality.final.block : undefined
  })
  return headerOf(stage, number)
}

async function headerOf({ client, signal }: Stage, number: bigint): Promise<BlockHeader> {
  const sealed = await client.block(number, signal)
  if (sealed === undefined) throw new RangeError(`the sequencer has no block ${number}`)
  return sealed.block.header
}

export const secondHeaders: readonly Trial[] = [
  secondHeader('two-headers', 'proveEquivocation', inTheFeed),
  atLast(secondHeader('sealed-not-claimed', 'proveContradiction', inFinalClaim)),
]
