import { waitFor } from '@parley/cli/roles'
import { httpContents } from '@parley/content'
import {
  type AuditMemory,
  type AuditReport,
  auditPds,
  checkEvidence,
  decodeAuditMemory,
  decodeEvidence,
  type Evidence,
  encodeAuditMemory,
  encodeEvidence,
  encodeScope,
  newAuditMemory,
  PdsClient,
  PdsError,
  type Scope,
} from '@parley/pds/client'
import type { FailuresDeps } from './failures.ts'
import type { Meeting } from './meeting.ts'
import { expectThat } from './steps.ts'

/** What an audit found in order, or what it can show to anybody. */
type Outcome = { readonly report: AuditReport } | { readonly withheld: Evidence }

const nothing = { status: 404, type: 'text/plain', body: new Uint8Array() }

/**
 * Bob has a post-delivery service keep what comes for him. It says that it has a content, and does not give it: his device finds that
 * out, and who never heard of him finds the same by what his device shows.
 */
export async function withholdFromPds({ steps, stage, onlookers }: FailuresDeps, meeting: Meeting): Promise<void> {
  await steps.take('the PDS withholds and is proven', async (signal) => {
    const { bob, lunch } = meeting
    const { configuration } = stage
    const pds = new PdsClient({
      url: stage.pds.url,
      key: stage.pdsKey,
      chainId: onlookers.chain.chainId,
      inbox: configuration.contracts.inbox,
      device: bob.messenger.device,
    })
    const conversation = { ...lunch.place, id: lunch.id, names: [] }
    const scope: Scope = { kind: 'blind', number: 1n, conversations: [conversation], rules: [] }
    const { signed } = await pds.giveScope(scope, signal)
    let memory: AuditMemory = { ...newAuditMemory, taken: { scope: encodeScope(scope), receipt: signed } }
    const deps = {
      pds,
      l2: onlookers.client,
      rollup: configuration.contracts.rollup,
      node: onlookers.node,
      contents: httpContents({ url: stage.pds.url }),
      random: Math.random,
    }
    const audit = async (): Promise<Outcome | undefined> => {
      try {
        // As a device keeps it between two audits.
        const remembered = decodeAuditMemory(encodeAuditMemory(memory))
        return { report: await auditPds(deps, remembered, { share: 1 }, signal) }
      } catch (error) {
        // One that is not up to date yet says so, and accuses itself of nothing.
        if (!(error instanceof PdsError)) throw error
        const { fault } = error
        if (fault.code === 'PDS_REFUSED' && fault.refusal === 'PDS_BEHIND') return undefined
        if (fault.code !== 'PDS_WITHHELD') throw error
        return { withheld: fault.evidence as Evidence }
      }
    }
    const wait = { clock: onlookers.clock, everyMs: 250, withinMs: 600_000 }
    const inOrder = (what: string) =>
      waitFor(
        what,
        async () => {
          const outcome = await audit()
          if (outcome === undefined) return undefined
          expectThat('report' in outcome, 'an honest service is not accused')
          const { invites, entries, contents } = outcome.report
          return invites > 0 && entries > 0 && contents > 0 ? outcome.report : undefined
        },
        wait,
        signal,
      )
    const honest = await inOrder('the service to have what Bob has')
    memory = honest.memory
    const before = stage.pds.meddled
    stage.pds.meddle(({ method, path }) =>
      method === 'GET' && path.startsWith('/ipfs/') ? { swallow: nothing } : 'pass',
    )
    const accused = await waitFor('an audit', audit, wait, signal)
    expectThat('withheld' in accused, 'the service is accused')
    const { withheld } = accused
    // Somebody else, by the evidence alone and the L2.
    const third = { l2: onlookers.client, rollup: configuration.contracts.rollup, signal }
    const verdict = await checkEvidence(decodeEvidence(encodeEvidence(withheld)), third)
    const swallowed = stage.pds.meddled - before
    stage.pds.heal()
    expectThat(verdict === 'proven', 'a third person finds the evidence to be proof')
    expectThat(swallowed > 0, 'the service was asked and withheld')
    await inOrder('the service to serve again')
    const { invites, entries, contents } = honest
    const found = { fault: 'PDS_WITHHELD', what: withheld.of.kind, verdict, key: stage.pdsKey }
    return { evidence: { ...found, invites, entries, contents }, value: undefined }
  })
}
