import type { ClaimReceipt } from '@parley/protocol'
import { BatchTrees, listOf, pageOf, pagesOf } from '@parley/protocol/fraud'
import { bytesToHex, type Hex } from 'viem'
import { complete } from '../forger/draft.ts'
import { requestOf } from '../stage/claim.ts'
import { sealedBetween } from '../stage/past.ts'
import { opportunity, type Stage } from '../stage/stage.ts'
import { type AbiClaim, refusalOf, standingClaim } from '../stage/standing.ts'
import { fallenOf, goOn, honestBonds } from './lie.ts'
import { type Outcome, refusedTrial, type Trial } from './outcome.ts'

/** A right claim of the liar's, whose data it alone can answer for. */
interface Asked {
  readonly claimed: ClaimReceipt
  readonly claim: AbiClaim
  readonly parent: AbiClaim
  readonly trees: BatchTrees
}

/** Claims honest blocks as they are. */
async function claimTruth(stage: Stage): Promise<Asked> {
  const chance = await opportunity(stage, [])
  const batch = complete(chance.scene.ground, chance.scene.blocks)
  const claimed = await stage.claimer.claim(await requestOf(stage, chance, batch), stage.signal)
  const { number } = claimed
  const [claim, parent] = await Promise.all([standingClaim(stage, number), standingClaim(stage, number - 1n)])
  return { claimed, claim, parent, trees: new BatchTrees(batch) }
}

interface Place {
  readonly part: number
  readonly block_: number
  readonly page: number
}

const first: Place = { part: 0, block_: 0, page: 0 }

/** Twice what is asked for: fees may rise. */
async function deposit({ l2 }: Stage, places: number): Promise<bigint> {
  return 2n * BigInt(places) * (await l2.client.readContract({ ...l2.rollup, functionName: 'challengeDeposit' }))
}

async function ask(
  stage: Stage,
  { claim, parent }: Pick<Asked, 'claim' | 'parent'>,
  places: readonly Place[],
): Promise<void> {
  const { l2, payer } = stage
  const value = await deposit(stage, places.length)
  await l2.send(payer, { ...l2.rollup, functionName: 'challengeData', args: [claim, parent, places], value })
}

const answerTo = (trees: BatchTrees, { part, block_, page }: Place, blocks: number): Hex => {
  const of = part === 0 ? 'core' : 'witness'
  return bytesToHex(block_ === blocks ? listOf(trees, of) : pageOf(trees, of, block_, page))
}

const askedTwice = refusedTrial('asked-twice', ['Rollup_AskedAlready'], async (stage) => {
  const { l2, claimerWallet, payer } = stage
  const asked = await claimTruth(stage)
  const { claim, parent, trees } = asked
  await ask(stage, asked, [first])
  const again = await refusalOf(stage, payer.account.address, {
    functionName: 'challengeData',
    args: [claim, parent, [first]],
    value: await deposit(stage, 1),
  })
  // It is answered in time, so the claim stands and everybody goes on from it.
  const args = [claim, parent, [{ place: first, data: answerTo(trees, first, Number.NaN) }]] as const
  await l2.send(claimerWallet, { ...l2.rollup, functionName: 'answerData', args })
  await goOn(stage, claim.number)
  return again
})

const lateAnswer = refusedTrial('late-answer', ['Rollup_AnsweredTooLate'], async (stage) => {
  const { claimerWallet, wait } = stage
  const asked = await claimTruth(stage)
  const { claim, parent, trees } = asked
  await ask(stage, asked, [first])
  const late = await wait('the end of the time to answer', () =>
    refusalOf(stage, claimerWallet.account.address, {
      functionName: 'answerData',
      args: [claim, parent, [{ place: first, data: answerTo(trees, first, Number.NaN) }]],
    }),
  )
  // Whoever challenges takes it back: a claim falls whoever asked.
  stage.provoked += 1
  await fallenOf(stage, asked.claimed)
  await goOn(stage, claim.number)
  return late
})

/** Everything of an honest claim is asked for, and more than there is: its batcher answers, and it is final in time. */
async function falseChallenge(stage: Stage): Promise<() => Promise<Outcome>> {
  const { l2, claimer, client, signal, payer, wait } = stage
  const before = await honestBonds(stage)
  const { block } = await stage.honest.goOn([])
  // One made just now: a claim that stands for longer cannot be asked for any more.
  const number = await wait('a claim of the round', async () => {
    const head = await claimer.head(signal)
    return head.lastHeader.number >= block ? head.number : undefined
  })
  const [claim, parent] = await Promise.all([standingClaim(stage, number), standingClaim(stage, number - 1n)])
  const sealed = await sealedBetween(client, parent.lastHeader.number, claim.lastHeader.number, signal)
  const hash = await l2.client.readContract({ ...l2.rollup, functionName: 'claimHash', args: [number] })
  const account = payer.account.address
  const credit = (): Promise<bigint> =>
    l2.client.readContract({ ...l2.rollup, functionName: 'creditOf', args: [account] })
  const credited = await credit()
  const from = await l2.client.getBlockNumber()
  const answersOf = (count: number) =>
    wait('answers to every question', async () => {
      const event = { ...l2.rollup, eventName: 'DataAnswered', args: { hash }, fromBlock: from, strict: true } as const
      const told = await l2.client.getContractEvents(event)
      return told.length >= count ? told : undefined
    })
  let paid = 0n
  const asking = async (places: readonly Place[]): Promise<void> => {
    const value = await deposit(stage, places.length)
    await l2.send(payer, { ...l2.rollup, functionName: 'challengeData', args: [claim, parent, places], value })
    paid += value
  }
  /** Why pages are not refused of which the contract cannot know that they are there; the first such page of each block, and the last. */
  const beyond = async (shown: (block: number) => number): Promise<readonly string[]> => {
    const places = [0, 1].flatMap((part) =>
      sealed.flatMap((_, block_) => [shown(block_), 31].map((page) => ({ part, block_, page }))),
    )
    const value = await deposit(stage, 1)
    const refusals = await Promise.all(
      places.map((place) =>
        refusalOf(stage, account, { functionName: 'challengeData', args: [claim, parent, [place]], value }),
      ),
    )
    return refusals.filter((name) => name !== 'Rollup_PageNotShown').map((name) => `a page that is not there: ${name}`)
  }
  const unseen = await beyond(() => 1)
  const first = [0, 1].flatMap((part): Place[] => [
    { part, block_: sealed.length, page: 0 },
    ...sealed.map((_, block_) => ({ part, block_, page: 0 })),
  ])
  await asking(first)
  await answersOf(first.length)
  const pages = sealed.map(({ block: { runs } }) => pagesOf({ runs }))
  const others = [0, 1].flatMap((part) =>
    pages.flatMap((count, block_): Place[] =>
      Array.from({ length: count - 1 }, (_, page) => ({ part, block_, page: page + 1 })),
    ),
  )
  if (others.length > 0) await asking(others)
  const answers = await answersOf(first.length + others.length)
  const beyondThere = await beyond((index) => pages[index] ?? 1)
  const back = (await credit()) - credited
  const sent = [...new Set(answers.map(({ transactionHash }) => transactionHash))]
  const receipts = await Promise.all(sent.map((one) => l2.client.getTransactionReceipt({ hash: one })))
  const gas = receipts.reduce((sum, { gasUsed }) => sum + Number(gasUsed), 0)
  return async () => {
    await wait(`claim ${number} to be final`, () =>
      l2.client
        .readContract({ ...l2.rollup, functionName: 'isFinalClaim', args: [number, hash] })
        .then((final) => (final ? true : undefined)),
    )
    const honestBondKept = (await honestBonds(stage)) === before
    const failures = [
      unseen,
      beyondThere,
      back < paid ? [] : ['who asked paid nothing'],
      honestBondKept ? [] : ['an honest bond was touched'],
    ].flat()
    return {
      class: 'false-challenge',
      detectedBy: `${answers.length} answers`,
      transactions: sent.length,
      gas,
      removed: failures.length === 0,
      secondsToRemoval: null,
      honestBondKept,
      ...(failures.length === 0 ? {} : { failed: [...new Set(failures)].join('; ') }),
    }
  }
}

export const questions: readonly Trial[] = [
  askedTwice,
  lateAnswer,
  {
    name: 'false-challenge',
    ends: 'pages that are not there refused, all others answered, who asked pays half, the claim final in time',
    gas: 0,
    run: falseChallenge,
  },
]
