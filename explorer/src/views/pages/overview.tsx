import { type Level, overviewOf, rateOf } from '../../model/overview.ts'
import { addressOf } from '../../model/place.ts'
import { momentOf, numbered, spanOf } from '../../model/words.ts'
import { useSources } from '../context.ts'
import { useAsked, useNow } from '../hooks.ts'
import { Answer, Facts, Hex, Link, Table, Title } from '../parts.tsx'
import { Checked, Legend, OwnWord } from '../tick.tsx'

const everyMs = 4_000

/** How far each level is, as a bar beside the number. */
function Levels({ levels }: { readonly levels: readonly Level[] }) {
  const most = levels.reduce((sum, { block = 0n }) => (block > sum ? block : sum), 1n)
  return (
    <Table
      caption="How far the chain is"
      columns={['Level', '#Block', 'Share', 'What it means', 'Who says so']}
      none="Nobody could be asked."
      rows={levels.map(({ name, means, block, says }) => [
        <strong>{name}</strong>,
        block === undefined ? '–' : <Link to={addressOf('block', [block])}>{numbered(block)}</Link>,
        <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <rect width="100" height="8" class="whole" />
          <rect width={Number(((block ?? 0n) * 100n) / most)} height="8" class="part" />
        </svg>,
        means,
        says,
      ])}
    />
  )
}

const Age = ({ of }: { readonly of: bigint }) => <>{spanOf(useNow() - Number(of))} ago</>

export function Overview() {
  const sources = useSources()
  const asked = useAsked((signal) => overviewOf(sources, signal), [sources], everyMs)
  return (
    <>
      <Title text="Overview" asked={asked} />
      <Answer asked={asked}>
        {({ status, sequencer, levels, headers, grade }) => {
          const last = headers.at(-1)?.header
          const rate = rateOf(headers)
          return (
            <>
              {last !== undefined && (
                <Checked grade={grade}>
                  The newest {headers.length} headers were hashed here, and lead to the last header of their claim.
                </Checked>
              )}
              <Levels levels={levels} />
              <Facts
                of={[
                  ['This node', status.fault === undefined ? status.state : `${status.state}: see its status`],
                  [
                    'Newest verified block',
                    last === undefined ? (
                      'none yet'
                    ) : (
                      <>
                        {momentOf(last.timestamp)}, <Age of={last.timestamp} />
                      </>
                    ),
                  ],
                  ['State root', status.stateRoot === undefined ? 'none yet' : <Hex of={status.stateRoot} />],
                  ['Messages a second', rate === undefined ? 'too few blocks to tell' : rate.toFixed(1)],
                  ['Price of a core byte', last === undefined ? '–' : `${numbered(last.prices.coreByte)} mwei`],
                  ['Price of a witness byte', last === undefined ? '–' : `${numbered(last.prices.witnessByte)} mwei`],
                  ['Behind the L2', status.lag === undefined ? 'not known yet' : spanOf(status.lag.headerMs)],
                  ['Waiting to be claimed', sequencer?.publishing ? spanOf(sequencer.publishing.lagMs) : 'not known'],
                  ['Roots compared', `${numbered(status.rootsCompared)}, equal ${numbered(status.rootsEqual)}`],
                  ['Inbox items', status.l2 === undefined ? 'not known yet' : numbered(status.l2.inboxItems)],
                ]}
              />
              <OwnWord>Levels, lag and counts are what this node and the sequencer say of themselves.</OwnWord>
            </>
          )
        }}
      </Answer>
      <h2>What a tick means</h2>
      <p>
        This page believes no node. What a node answers is hashed here, in your browser, by the code that applications
        use, and a tick says how far that leads.
      </p>
      <Legend />
    </>
  )
}
