import { variableOf } from '@parley/cli'
import { challengeChunk, slashCommittee } from '@parley/client'
import { dataCommitteeAbi, rollupAbi } from '@parley/contracts'
import { membersIn } from '@parley/da-adapters/committee'
import { type Address, bytesToHex, createWalletClient, type Hex, http, parseEventLogs, publicActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { daNodeNames } from '../../../stack/roles.ts'
import { certificateOf } from '../counting/committee-posts.ts'
import { nodeFollows } from '../stage/following.ts'
import type { Stage } from '../stage/stage.ts'
import { type DaDrill, unless } from './drill.ts'
import { refuseReaders } from './withheld.ts'

const answerKey = variableOf('daNode.answerKey')
/** The chunk that is asked for: every part has it. */
const index = 0

/** Restarts every member, one after the other, so that enough of them go on signing. */
async function restartMembers({ stack, wait, signal }: Stage, keys: readonly (string | undefined)[]): Promise<void> {
  for (const [place, role] of daNodeNames.entries()) {
    await stack.roles.halt(role)
    await stack.roles.restart(role, { [answerKey]: keys[place] })
    await wait(`${role} to be ready`, async () => {
      const answer = await fetch(`${stack.places.daNodeUrls[place]}/readyz`, { signal })
      return answer.ok ? true : undefined
    })
  }
}

/** The committee's contract, and an account that nothing of the stack uses. */
function committeeOf({ stack }: Stage) {
  const address = stack.record.contracts.DataCommittee?.address as Address
  const contract = { address, abi: dataCommitteeAbi } as const
  const account = privateKeyToAccount(bytesToHex(stack.payer))
  const client = createWalletClient({
    account,
    transport: http(stack.places.l2Url),
    pollingInterval: 100,
    cacheTime: 0,
  })
  const wallet = client.extend(publicActions)
  const stakesOf = async (members: readonly Address[]): Promise<readonly bigint[]> => {
    const states = members.map((member) =>
      wallet.readContract({ ...contract, functionName: 'memberOf', args: [member] }),
    )
    return (await Promise.all(states)).map(({ stake }) => stake)
  }
  const included = async (hash: Hex) => {
    const receipt = await wallet.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new Error(`${hash} reverted`)
    return parseEventLogs({ abi: dataCommitteeAbi, logs: receipt.logs })
  }
  return { address, contract, wallet, stakesOf, included }
}

const slashed: DaDrill = {
  name: 'committee-slashed',
  byDefault: false,
  policy: 'committee:ethereum-blobs',
  contested: true,
  fault: 'all members sign, answer 410 to whoever reads and nothing on the L2, and the batcher is killed',
  expected:
    'the claim is removed, each signer loses the fault and nobody else, and what was accepted is claimed with the committee in the next lineage',
  async play(stage) {
    const { stack, wait, observers, signal } = stage
    const { address: committee, contract, wallet, stakesOf, included } = committeeOf(stage)
    const rollup = { address: stack.places.rollup, abi: rollupAbi } as const
    const keys = daNodeNames.map((role) => stack.roles.variable(role, answerKey))
    await restartMembers(
      stage,
      daNodeNames.map(() => undefined),
    )
    const readable = stage.latestClaim()
    const refused = refuseReaders(stage)
    const { claim } = await stage.claimOn('committee', readable)
    const fromBlock = await wallet.getBlockNumber()
    await stack.roles.kill('batcher')

    const { pointer } = claim.core
    const { mask, epoch, part, attestation } = certificateOf(pointer)
    const { members } = await wallet.readContract({ ...contract, functionName: 'epochOf', args: [epoch] })
    const [before, { fault }] = await Promise.all([
      stakesOf(members),
      wallet.readContract({ ...contract, functionName: 'rules' }),
    ])
    const asked = await included(await challengeChunk(wallet, { committee, pointer: bytesToHex(pointer), index }))
    const deadline = asked.find(({ eventName }) => eventName === 'ChunkChallenged')?.args as { deadline: bigint }

    const removal = await wait('the claim to be removed', async () => {
      const found = await wallet.getContractEvents({ ...rollup, eventName: 'Removed', fromBlock, strict: true })
      return found.find(({ args }) => args.standing < claim.number)
    })
    await wait('the time for an answer to end', async () => {
      const { timestamp } = await wallet.getBlock()
      return timestamp > deadline.deadline ? true : undefined
    })
    const punished = await included(await slashCommittee(wallet, { committee, attestation, part, index }))
    const paid = punished.filter(({ eventName }) => eventName === 'MemberSlashed').length
    const after = await stakesOf(members)
    const losses = members.map((_, place) => (before[place] ?? 0n) - (after[place] ?? 0n))
    const signers = membersIn(mask)

    await stage.heal()
    await restartMembers(stage, keys)
    await stack.roles.restart('batcher')
    const lineage = await observers.reader.lineage(signal)
    const next = await stage.claimOn('committee', removal.args.standing)
    await nodeFollows(stage)
    return {
      hits: Math.min(refused(), paid),
      detail: `claim ${claim.number} and those behind ${removal.args.standing} fell, members ${signers.join()} lost ${fault} wei each, claim ${next.claim.number} in the next lineage`,
      failures: [
        ...losses.flatMap((lost, place) =>
          unless(
            lost === (signers.includes(place) ? fault : 0n),
            `member ${place}, ${signers.includes(place) ? 'a signer' : 'no signer'}, lost ${lost} wei`,
          ),
        ),
        ...unless(bytesToHex(next.claim.lastHeader.lineage) === bytesToHex(lineage), 'no claim of the next lineage'),
      ],
    }
  },
}

export const slashedDrills: readonly DaDrill[] = [slashed]
