import type { StandingClaim } from '@parley/cli/roles'
import { dataCommitteeAbi } from '@parley/contracts'
import { membersIn } from '@parley/da-adapters/committee'
import { type Address, bytesToHex, createWalletClient, http, publicActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { RoleName } from '../../../stack/roles.ts'
import { certificateOf } from '../counting/committee-posts.ts'
import { nodeFollows, nodeMetric } from '../stage/following.ts'
import type { Stage } from '../stage/stage.ts'
import { type DaDrill, unless } from './drill.ts'

const policy = 'committee:ethereum-blobs'

/** Waits until a member has every part of a claim. */
async function caughtUp({ stack, wait }: Stage, place: number, { claim }: StandingClaim): Promise<void> {
  const url = stack.places.daNodeUrls[place] as string
  for (const { pointer } of [claim.core, claim.witness]) {
    const { name } = certificateOf(pointer)
    await wait(`member ${place} to have ${name}`, async () => {
      const { status } = await fetch(`${url}/v1/parts/${name}`, { method: 'HEAD' })
      return status === 200 ? true : undefined
    })
  }
}

async function withoutMembers<T>({ stack }: Stage, roles: readonly RoleName[], use: () => Promise<T>): Promise<T> {
  for (const role of roles) await stack.roles.kill(role)
  try {
    return await use()
  } finally {
    for (const role of roles) await stack.roles.restart(role)
  }
}

const memberDown: DaDrill = {
  name: 'committee-member-down',
  byDefault: true,
  policy,
  fault: 'one member of four is killed',
  expected: 'three sign, no other layer is used, and the member catches up',
  async play(stage) {
    const from = stage.latestClaim()
    const meanwhile = await withoutMembers(stage, ['da-node-3'], async () => {
      const first = await stage.claimOn('committee', stage.latestClaim())
      // What was attested to before is claimed later, too.
      return stage.wait('a claim with three signatures', () =>
        stage
          .claimsAfter(first.claim.number - 1n)
          .find(({ claim }) => membersIn(certificateOf(claim.core.pointer).mask).length === 3),
      )
    })
    await caughtUp(stage, 3, meanwhile)
    const elsewhere = stage.claimsAfter(from).filter(({ claim }) => claim.core.layer !== meanwhile.claim.core.layer)
    const signers = membersIn(certificateOf(meanwhile.claim.core.pointer).mask)
    return {
      hits: signers.includes(3) ? 0 : 1,
      detail: `members ${signers.join()} signed for claim ${meanwhile.claim.number}, and member 3 caught up`,
      failures: unless(elsewhere.length === 0, `${elsewhere.length} claims are on another layer`),
    }
  },
}

const belowK: DaDrill = {
  name: 'committee-below-k',
  byDefault: true,
  policy,
  fault: 'two members of four are killed',
  expected: 'parts go to blobs, and to the committee again once it is whole',
  async play(stage) {
    const { claim } = await withoutMembers(stage, ['da-node-2', 'da-node-3'], () =>
      stage.claimOn('ethereum-blobs', stage.latestClaim()),
    )
    const back = await stage.claimOn('committee', stage.latestClaim())
    return {
      hits: 1,
      detail: `claim ${claim.number} on blobs, ${back.claim.number} with the committee again`,
      failures: [],
    }
  },
}

const wrongBytes: DaDrill = {
  name: 'committee-wrong-bytes',
  byDefault: true,
  policy,
  fault: 'one member serves other bytes',
  expected: 'the node counts them against it, and asks the next member',
  async play(stage) {
    const [liar] = stage.fronts.members
    if (liar === undefined) throw new TypeError('the committee has no members')
    const before = liar.meddled
    liar.meddle(({ method, path }) =>
      method === 'GET' && path.includes('/v1/parts/')
        ? { answer: (real) => ({ ...real, body: real.body.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) }) }
        : 'pass',
    )
    const hits = await stage.wait('a false answer to the node', () =>
      liar.meddled > before ? liar.meddled - before : undefined,
    )
    await nodeFollows(stage)
    const answers = await nodeMetric(stage, 'parley_da_source_answers_total')
    const counted = [...answers].some(([labels, value]) => labels.includes('answer="corrupt"') && value > 0)
    return {
      hits,
      detail: `${hits} false answers`,
      failures: unless(counted, 'the node counted no answer as corrupt'),
    }
  },
}

const rotated: DaDrill = {
  name: 'committee-rotated',
  byDefault: false,
  policy,
  fault: 'a new epoch of the committee begins, between what is attested to and what is claimed',
  expected: 'what the old epoch signed is claimed, what comes later is signed under the new one',
  async play(stage) {
    const { stack, wait } = stage
    const address = stack.record.contracts.DataCommittee?.address as Address
    const contract = { address, abi: dataCommitteeAbi, chain: null } as const
    const account = privateKeyToAccount(bytesToHex(stack.deployer))
    const wallet = createWalletClient({ account, transport: http(stack.places.l2Url) }).extend(publicActions)
    const epoch = await wallet.readContract({ ...contract, functionName: 'epochCount' })
    const { members, k, scheme } = await wallet.readContract({ ...contract, functionName: 'epochOf', args: [epoch] })
    const from = stage.latestClaim()
    const hash = await wallet.writeContract({ ...contract, functionName: 'rotate', args: [members, k, scheme] })
    const { status } = await wallet.waitForTransactionReceipt({ hash, pollingInterval: 100 })
    if (status !== 'success') throw new Error(`the committee was not rotated by ${hash}`)
    const epochs = await wait('a claim under the new epoch', () => {
      const found = stage.claimsAfter(from).map(({ claim }) => certificateOf(claim.core.pointer).epoch)
      return found.includes(epoch + 1) ? found : undefined
    })
    const later = await stage.claimOn('committee', stage.latestClaim())
    const after = certificateOf(later.claim.core.pointer).epoch
    return {
      hits: epochs.filter((each) => each === epoch + 1).length,
      detail: `${epochs.filter((each) => each === epoch).length} claims under epoch ${epoch} before the first under ${epoch + 1}`,
      failures: unless(after === epoch + 1, `a later claim is under epoch ${after}`),
    }
  },
}

export const committeeDrills: readonly DaDrill[] = [memberDown, belowK, wrongBytes, rotated]
