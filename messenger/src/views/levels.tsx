import { type Level, levelWords } from '../model/levels.ts'
import { Icon, type IconName } from './icons.tsx'
import { Dialog } from './parts.tsx'

const levelIcons: Readonly<Record<Level, IconName>> = {
  waiting: 'waiting',
  accepted: 'sent',
  sealed: 'tick',
  claimed: 'ticks',
  final: 'shield',
}

export const LevelIcon = ({ level }: { readonly level: Level }) => <Icon name={levelIcons[level]} />

/** How far a message got, for eye and ear. */
export const LevelMark = ({ level }: { readonly level: Level }) => (
  <span class={`level ${level}`} role="img" aria-label={levelWords[level].name} title={levelWords[level].name}>
    <LevelIcon level={level} />
  </span>
)

/** What the ticks mean. */
export const Levels = ({ onClose }: { readonly onClose: () => void }) => (
  <Dialog title="What the ticks mean" onClose={onClose}>
    <p>
      Your words are encrypted before they leave this device: no server can read them. Where they stand in the
      conversation is settled step by step.
    </p>
    <dl class="levels">
      {(Object.keys(levelWords) as Level[]).map((level) => (
        <div key={level}>
          <dt class={`level ${level}`}>
            <LevelIcon level={level} /> {levelWords[level].name}
          </dt>
          <dd>{levelWords[level].means}</dd>
        </div>
      ))}
    </dl>
    <p class="hint">Whether somebody has read them is not told to anybody.</p>
  </Dialog>
)
