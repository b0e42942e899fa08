import { type ContactBundle, getBundle } from '@parley/client'
import { type Address, isAddress } from 'viem'
import { addressOf } from '../../model/place.ts'
import { momentOf, numbered, shortOf } from '../../model/words.ts'
import { useSources } from '../context.ts'
import { useAsked } from '../hooks.ts'
import { Answer, Facts, Hex, Link, Table, Title } from '../parts.tsx'

const until = (seconds: bigint): string => momentOf(seconds * 1000n)

function Shown({ bundle }: { readonly bundle: ContactBundle }) {
  const { owner, registeredAt, changedAt, deactivated, keyPackages, preferences, entries } = bundle
  const pointers = [
    ['Key packages', keyPackages],
    ['Preferences', preferences],
  ] as const
  return (
    <>
      <div class="checked final" role="status">
        <span class="tick final">read from the L2</span>
        <p>The contact directory’s contract said this, on the L2 that you chose. No node was asked.</p>
      </div>
      <Facts
        of={[
          ['Owner', owner === undefined ? 'nobody any more' : <Hex of={owner} />],
          ['Registered', registeredAt === undefined ? 'never' : momentOf(registeredAt * 1000n)],
          ['Changed last', changedAt === undefined ? 'never' : `in L2 block ${numbered(changedAt)}`],
          ['State', deactivated ? 'deactivated' : 'in force'],
          ...pointers.map(
            ([name, pointer]) =>
              [
                name,
                pointer === undefined ? (
                  'none'
                ) : (
                  <>
                    <Hex of={pointer.digest} /> until {until(pointer.validTo)}
                  </>
                ),
              ] as const,
          ),
        ]}
      />
      <Table
        caption="Keys, services and delegates"
        columns={['#Number', 'Kind', 'Name', 'Value', 'Until']}
        none="It names no keys, services or delegates."
        rows={entries.map(({ number, kind, name, value, validTo }) => [
          number,
          kind,
          name,
          <code class="hex" title={value}>
            {shortOf(value)}
          </code>,
          until(validTo),
        ])}
      />
    </>
  )
}

export function Contact({ which }: { readonly which: string }) {
  const { l2, settings } = useSources()
  const { directory } = settings
  const identity = isAddress(which, { strict: false }) ? (which as Address) : undefined
  const isKnown = l2 !== undefined && directory !== undefined && identity !== undefined
  const asked = useAsked(
    async () => (isKnown ? { bundle: await getBundle(l2.client, { directory, identity }) } : { bundle: undefined }),
    [l2, directory, which],
  )
  return (
    <>
      <Title text={`Contact ${shortOf(which)}`} asked={asked} />
      <Facts of={[['Address', <Hex of={which} />]]} />
      {identity === undefined && <p>This is no address: one has 0x and 40 hexadecimal digits.</p>}
      {(l2 === undefined || directory === undefined) && (
        <p>
          Contacts are on the L2. Enter an L2 and the contact directory under <Link to={addressOf('about')}>About</Link>
          .
        </p>
      )}
      <Answer asked={asked}>{({ bundle }) => bundle !== undefined && <Shown bundle={bundle} />}</Answer>
    </>
  )
}
