import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Failure } from '../model/failed.ts'
import { hexOf, shortOf } from '../model/words.ts'
import type { Asked } from './hooks.ts'
import { Mark } from './mark.tsx'

/** The heading of a page. It takes the focus when the page appears, so that who cannot see hears where they are. */
export function Title({ text, asked }: { readonly text: string; readonly asked?: Asked<unknown> }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${text} · Parley explorer`
    heading.current?.focus()
  }, [text])
  return (
    <div class="title">
      <h1 ref={heading} tabIndex={-1}>
        {text}
      </h1>
      {asked !== undefined && (
        <button type="button" onClick={asked.again} aria-disabled={asked.busy}>
          {asked.busy ? 'Asking…' : 'Look again'}
        </button>
      )}
    </div>
  )
}

const headings: Readonly<Record<Failure['kind'], string>> = {
  untrue: 'This node’s answer does not hold',
  away: 'No answer',
  refused: 'This cannot be shown',
}

const meanings: Readonly<Record<Failure['kind'], string>> = {
  untrue:
    'What it said contradicts itself, what was signed, or the L2, so none of it is shown. The node lies, or is broken, or looks at another chain. Ask another node.',
  away: 'A server is away or too slow. That says nothing about what it would answer.',
  refused: 'Nothing was found to be wrong; it was not answered either.',
}

/** What went wrong, told as what it is: an untruth is no outage. */
export const Failed = ({ failure }: { readonly failure: Failure }) => (
  <div class={`failed ${failure.kind}`} role="alert">
    <h2>
      {failure.kind === 'untrue' && <Mark of="untrue" />} {headings[failure.kind]}
    </h2>
    <p>
      {meanings[failure.kind]} {failure.code !== undefined && <code>{failure.code}:</code>} {failure.text}.
    </p>
    {failure.details.length > 0 && <Facts of={failure.details} />}
  </div>
)

/** What was asked for, once it is there. */
export function Answer<T>({
  asked,
  children,
}: {
  readonly asked: Asked<T>
  readonly children: (value: T) => ComponentChildren
}) {
  if (asked.failure !== undefined) return <Failed failure={asked.failure} />
  if (asked.value === undefined) return <p role="status">Asking…</p>
  return <>{children(asked.value)}</>
}

export type Fact = readonly [name: string, value: ComponentChildren]

/** Names with what is known of each. */
export const Facts = ({ of }: { readonly of: readonly Fact[] }) => (
  <dl class="facts">
    {of.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)

export interface TableProps {
  readonly caption: string
  /** A column with `#` before its name has numbers. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly ComponentChildren[])[]
  /** Said when there are none. */
  readonly none: string
}

/** Rows that scroll by themselves where they are too wide. */
export function Table({ caption, columns, rows, none }: TableProps) {
  const kinds = columns.map((name) => (name.startsWith('#') ? 'number' : 'text'))
  if (rows.length === 0) return <p>{none}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="scroll" tabIndex={0} aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((name, i) => (
              <th key={name} scope="col" class={kinds[i]}>
                {name.replace('#', '')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, number) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name
            <tr key={number}>
              {row.map((cell, i) => (
                <td key={columns[i]} class={kinds[i]}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Bytes, whole. */
export const Hex = ({ of }: { readonly of: Uint8Array | string }) => (
  <code class="hex">{typeof of === 'string' ? of : hexOf(of)}</code>
)

/** Bytes in a table; all of them are its title. */
export const Short = ({ of }: { readonly of: Uint8Array }) => (
  <code class="hex" title={hexOf(of)}>
    {shortOf(of)}
  </code>
)

export const Link = ({ to, children }: { readonly to: string; readonly children: ComponentChildren }) => (
  <a href={to}>{children}</a>
)
