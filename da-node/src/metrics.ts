import { Counter, Gauge, type Registry } from 'prom-client'

/** What is read at every scrape. */
export interface DaNodeGauges {
  readonly parts: number
  readonly bytes: number
  readonly lost: number
  /** Seconds of the L2's time as it was seen last; 0 before. */
  readonly l2Time: number
  /** Number of the epoch that has this member; -1 when none has. */
  readonly epoch: number
}

export interface DaNodeMetrics {
  readonly taken: Counter<'outcome'>
  readonly takenBytes: Counter
  readonly attested: Counter
  readonly served: Counter
  readonly answers: Counter<'outcome'>
  readonly openQuestions: Gauge
  readonly fundedAnswers: Gauge
}

export function createMetrics(registry: Registry, gauges: () => DaNodeGauges): DaNodeMetrics {
  const registers = [registry]
  const read = (name: string, help: string, of: (now: DaNodeGauges) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(of(gauges()))
      },
    })
  }
  read('parley_da_node_parts', 'Parts that are stored', ({ parts }) => parts)
  read('parley_da_node_bytes', 'Bytes of parts that are stored', ({ bytes }) => bytes)
  read(
    'parley_da_node_lost_parts',
    'Parts that were to be kept and were not on the disk at the start',
    ({ lost }) => lost,
  )
  read('parley_da_node_l2_time_seconds', 'Time of the L2 as it was seen last', ({ l2Time }) => l2Time)
  read('parley_da_node_epoch', 'Epoch of the committee that has this member; -1 when none has', ({ epoch }) => epoch)
  return {
    taken: new Counter({
      name: 'parley_da_node_taken_total',
      help: 'Parts taken, by what came of it: stored, extended, present',
      labelNames: ['outcome'],
      registers,
    }),
    takenBytes: new Counter({ name: 'parley_da_node_taken_bytes_total', help: 'Bytes of parts stored', registers }),
    attested: new Counter({ name: 'parley_da_node_attested_total', help: 'Attestations signed', registers }),
    served: new Counter({ name: 'parley_da_node_served_bytes_total', help: 'Bytes of parts served', registers }),
    answers: new Counter({
      name: 'parley_da_node_answers_total',
      help: 'Questions of the L2 by what became of the answer: done, already, failed',
      labelNames: ['outcome'],
      registers,
    }),
    openQuestions: new Gauge({
      name: 'parley_da_node_open_questions',
      help: 'Questions of the L2 that wait for an answer',
      registers,
    }),
    fundedAnswers: new Gauge({
      name: 'parley_da_node_funded_answers',
      help: 'Answers that the account can pay for; below ten it is running dry',
      registers,
    }),
  }
}
