import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What an operator watches: how far behind posting is and what it costs. */
export interface BatcherMetrics {
  readonly pendingBlocks: Gauge
  readonly pendingBytes: Gauge
  readonly oldestBlockAge: Gauge
  readonly batchesInFlight: Gauge
  readonly claimedBatch: Gauge
  readonly claimedBlock: Gauge
  readonly publishedBlock: Gauge
  readonly finalBatch: Gauge
  readonly blocks: Counter
  readonly batches: Counter
  readonly publishedBytes: Counter<'part' | 'layer'>
  readonly daCost: Counter<'part' | 'layer' | 'token'>
  readonly shadow: Counter<'part' | 'layer' | 'outcome'>
  readonly shadowBytes: Counter<'part' | 'layer'>
  readonly claimGas: Counter
  readonly publishSeconds: Histogram<'part' | 'layer'>
  readonly claimSeconds: Histogram
  readonly openQuestions: Gauge
  readonly lateQuestions: Gauge
  readonly answers: Counter<'outcome'>
  readonly faults: Counter<'code'>
  readonly halted: Gauge
}

const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/** @param ageSeconds - Seconds the oldest block waits here, asked at every scrape. */
export function createMetrics(registry: Registry, ageSeconds: () => number): BatcherMetrics {
  const registers = [registry]
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: `parley_batcher_${name}`, help, registers })
  const counter = <L extends string = never>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
    new Counter({ name: `parley_batcher_${name}`, help, labelNames, registers })
  return {
    pendingBlocks: gauge('pending_blocks', 'Blocks received and not yet part of a batch'),
    pendingBytes: gauge('pending_bytes', 'Upper bound of what the pending blocks need on the DA layers'),
    oldestBlockAge: new Gauge({
      name: 'parley_batcher_oldest_block_age_seconds',
      help: 'How long the oldest pending block has been here',
      registers,
      collect() {
        this.set(ageSeconds())
      },
    }),
    batchesInFlight: gauge('batches_in_flight', 'Batches decided on and not yet claimed'),
    claimedBatch: gauge('claimed_batch', 'Number of the latest claim'),
    claimedBlock: gauge('claimed_block', 'Number of the last block of the latest claim'),
    publishedBlock: gauge('published_block', 'Number of the last block whose batch is published whole'),
    finalBatch: gauge('final_batch', 'Number of the latest final claim'),
    blocks: counter('blocks_total', 'Blocks claimed'),
    batches: counter('batches_total', 'Batches claimed'),
    publishedBytes: counter('published_bytes_total', 'Bytes accepted by the DA layers', ['part', 'layer']),
    daCost: counter('da_cost_total', 'Paid to the DA layers, in the smallest unit of the token (wei, utia)', [
      'part',
      'layer',
      'token',
    ]),
    shadow: counter('shadow_total', 'Copies beside: audited, unaudited, failed or left out', [
      'part',
      'layer',
      'outcome',
    ]),
    shadowBytes: counter('shadow_bytes_total', 'Bytes of copies that the layer beside accepted', ['part', 'layer']),
    claimGas: counter('claim_gas_total', 'Gas used by claims'),
    publishSeconds: new Histogram({
      name: 'parley_batcher_publish_seconds',
      help: 'From submitting a part to its acceptance, retries included',
      labelNames: ['part', 'layer'],
      buckets: seconds,
      registers,
    }),
    claimSeconds: new Histogram({
      name: 'parley_batcher_claim_seconds',
      help: 'From sending a claim to its inclusion, retries included',
      buckets: seconds,
      registers,
    }),
    openQuestions: gauge('open_questions', 'Pieces of claims that were asked for on the L2 and are not answered'),
    lateQuestions: gauge('late_questions', 'Open questions of which a third of the time to answer is gone'),
    answers: counter('answers_total', 'Pieces of claims that were answered, by outcome', ['outcome']),
    faults: counter('faults_total', 'Faults met, by code', ['code']),
    halted: gauge('halted', '1 after a fault that needs a person'),
  }
}
