import type { HeadLag } from '@parley/protocol'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { type NodeState, nodeStates } from './progress.ts'

/** What is read at every scrape. */
export interface NodeGauges {
  readonly verifiedBlock: number
  readonly verifiedClaim: number
  readonly standingClaim: number
  readonly finalClaim: number
  readonly rootsCompared: number
  readonly rootsEqual: number
  /** Seconds between the L2's cursor and now. */
  readonly l2LagSeconds: number
}

/** What an account that contests claims has, and what the whole way takes; in wei. */
export interface ContestFunds {
  readonly funds: bigint
  readonly needed: bigint
}

/** As above, and the state as one word. */
export interface NodeMeasured extends NodeGauges {
  readonly state: NodeState
}

/** What is read of the watch over soft confirmations. */
export interface WatchGauges {
  readonly sources: readonly { readonly name: string; readonly state: 'following' | 'failing' }[]
  readonly headers: number
}

export interface NodeMetrics {
  readonly blocks: Counter
  readonly messages: Counter
  readonly faults: Counter<'code'>
  readonly fetchedBytes: Counter<'part' | 'source'>
  readonly fetchSeconds: Histogram<'part' | 'source'>
  readonly sourceAnswers: Counter<'source' | 'answer'>
  readonly onlyFromArchive: Gauge<'layer'>
  readonly audits: Counter<'layer' | 'outcome'>
  readonly lostParts: Gauge<'layer'>
  readonly joinBytes: Counter<'source'>
  readonly verifySeconds: Histogram
  readonly httpSeconds: Histogram<'route' | 'status'>
  readonly l2Faults: Counter<'code'>
  readonly challenges: Counter<'by' | 'outcome'>
  readonly dataChallenges: Counter<'outcome'>
  readonly watchedHeaders: Counter<'source' | 'outcome'>
  readonly evidence: Counter<'kind' | 'outcome'>
}

const seconds = [0.001, 0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30, 120]

export function createMetrics(
  registry: Registry,
  gauges: () => NodeMeasured,
  lag: () => Promise<HeadLag | undefined>,
  watched: () => WatchGauges,
  contest: () => ContestFunds | undefined = () => undefined,
): NodeMetrics {
  const registers = [registry]
  new Gauge({
    name: 'parley_node_watched_source_up',
    help: '1 for a watched source that answers, 0 for one that fails',
    labelNames: ['source'],
    registers,
    collect() {
      for (const { name, state } of watched().sources) this.set({ source: name }, state === 'following' ? 1 : 0)
    },
  })
  new Gauge({
    name: 'parley_node_watched_headers',
    help: 'Signed headers kept until no bond answers for them',
    registers,
    collect() {
      this.set(watched().headers)
    },
  })
  const read = (name: string, help: string, value: keyof NodeGauges): void => {
    new Gauge({
      name: `parley_node_${name}`,
      help,
      registers,
      collect() {
        this.set(gauges()[value])
      },
    })
  }
  read('verified_block', 'Last block whose roots were all found equal', 'verifiedBlock')
  read('verified_claim', 'Last claim verified to its end', 'verifiedClaim')
  read('standing_claim', 'Latest claim standing on the L2', 'standingClaim')
  read('final_claim', 'Latest final claim on the L2', 'finalClaim')
  read('roots_compared', 'Roots compared since the data directory was made', 'rootsCompared')
  read('roots_equal', 'Roots of those that were equal', 'rootsEqual')
  read('l2_lag_seconds', 'Age of the last L2 block read', 'l2LagSeconds')
  const behind = (name: string, help: string, field: keyof HeadLag): void => {
    new Gauge({
      name: `parley_node_${name}`,
      help,
      registers,
      async collect() {
        const known = await lag()
        // Unknown is no series: a zero would say that nothing lags.
        if (known === undefined) this.remove()
        else this.set(Number(known[field] ?? 0n) / 1000)
      },
    })
  }
  behind('header_lag_seconds', 'L2 time less the timestamp of the last verified header', 'headerMs')
  behind(
    'oldest_item_seconds',
    'Age of the oldest inbox item that the last verified header has not consumed',
    'oldestItemMs',
  )
  const ofContest = (name: string, help: string, field: keyof ContestFunds): void => {
    new Gauge({
      name: `parley_node_${name}`,
      help,
      registers,
      collect() {
        const known = contest()
        if (known === undefined) this.remove()
        else this.set(Number(known[field]) / 1e18)
      },
    })
  }
  ofContest('contest_funds_ether', 'What the account that contests claims has, as of the last look', 'funds')
  ofContest(
    'contest_needed_ether',
    'What contesting the largest claim takes; with less the node is not ready',
    'needed',
  )
  const counter = <L extends string = never>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
    new Counter({ name: `parley_node_${name}`, help, labelNames, registers })
  const histogram = <L extends string = never>(name: string, help: string, labelNames: L[] = []): Histogram<L> =>
    new Histogram({ name: `parley_node_${name}`, help, labelNames, buckets: seconds, registers })
  new Gauge({
    name: 'parley_node_state',
    help: '1 for the state the node is in',
    labelNames: ['state'],
    registers,
    collect() {
      const { state } = gauges()
      for (const name of nodeStates) this.set({ state: name }, name === state ? 1 : 0)
    },
  })
  return {
    blocks: counter('blocks_total', 'Blocks verified by this process'),
    messages: counter('messages_total', 'Messages in blocks verified by this process'),
    faults: counter('faults_total', 'Faults of data and claims, by code', ['code']),
    fetchedBytes: counter('fetched_bytes_total', 'Bytes of parts served, by layer or archive', ['part', 'source']),
    fetchSeconds: histogram('fetch_seconds', 'Time a layer or an archive took to serve a part', ['part', 'source']),
    sourceAnswers: counter(
      'source_answers_total',
      'Answers of layers and archives: served, mismatch, undecodable or the fault',
      ['source', 'answer'],
    ),
    onlyFromArchive: new Gauge({
      name: 'parley_node_data_only_from_archive',
      help: '1 while a layer does not serve what it should still have, and an archive does',
      labelNames: ['layer'],
      registers,
    }),
    audits: counter('audits_total', 'Parts of claims that a layer was asked for again: there, or the fault', [
      'layer',
      'outcome',
    ]),
    lostParts: new Gauge({
      name: 'parley_node_lost_parts',
      help: 'Parts that a layer should still have and did not have when it was asked, twice in a row',
      labelNames: ['layer'],
      registers,
    }),
    joinBytes: counter('join_bytes_total', 'Bytes of parts of snapshots that sources served', ['source']),
    verifySeconds: histogram('verify_seconds', 'From the first look at the blocks of a claim to its verification'),
    httpSeconds: histogram('http_seconds', 'Time to answer a request', ['route', 'status']),
    challenges: counter(
      'challenges_total',
      'What became of claims contested by a proof or for want of an answer: done by this account, already gone, refused (it is tried again), failed',
      ['by', 'outcome'],
    ),
    dataChallenges: counter(
      'data_challenges_total',
      'Places of withheld data asked for, by outcome: done, already asked, late, refused',
      ['outcome'],
    ),
    watchedHeaders: counter(
      'watched_headers_total',
      'Signed headers shown to the node, by source and what became of them',
      ['source', 'outcome'],
    ),
    evidence: counter('evidence_total', 'Second headers of a key found, and attempts to show them on the L2', [
      'kind',
      'outcome',
    ]),
    l2Faults: counter('l2_faults_total', 'Faults met while following the L2, by code', ['code']),
  }
}
