import type { Grade } from '@parley/client'
import { gradeWords } from '@parley/client'
import type { ComponentChildren } from 'preact'
import { Mark } from './mark.tsx'

const worth: Readonly<Record<Grade, string>> = {
  node: 'So far this is the node’s own word: the L2 was not asked, or has no claim that ends here.',
  claimed: 'The L2 keeps the hash of the claim that this leads to. A proof can still remove the claim.',
  final: 'The L2 has made the claim final that this leads to: nobody can change it any more.',
}

/** How far something was checked, in a word. */
export const Tick = ({ grade }: { readonly grade: Grade }) => (
  <span class={`tick ${grade}`}>
    <Mark of={grade} /> {gradeWords[grade]}
  </span>
)

/** How far something was checked, by what, and what that is worth. */
export const Checked = ({ grade, children }: { readonly grade: Grade; readonly children: ComponentChildren }) => (
  <div class={`checked ${grade}`} role="status">
    <Tick grade={grade} />
    <p>
      {children} {worth[grade]}
    </p>
  </div>
)

/** What nobody can check here. */
export const OwnWord = ({ children }: { readonly children: ComponentChildren }) => <p class="word">{children}</p>

/** What each grade is worth, for who asks. */
export const Legend = () => (
  <dl class="legend">
    {(['node', 'claimed', 'final'] as const).map((grade) => (
      <div key={grade}>
        <dt>
          <Tick grade={grade} />
        </dt>
        <dd>{worth[grade]}</dd>
      </div>
    ))}
  </dl>
)
