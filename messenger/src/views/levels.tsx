import { type Level, levelWords } from '../model/talk.ts'
import { Icon } from './icons.tsx'
import { levelIcons } from './message.tsx'
import { Dialog } from './parts.tsx'

/** What the ticks mean. */
export const Levels = ({ onClose }: { readonly onClose: () => void }) => (
  <Dialog title="What the ticks mean" onClose={onClose}>
    <p>Your words are encrypted before they leave this device. Their order is settled step by step:</p>
    <dl class="levels">
      {(Object.keys(levelWords) as Level[]).map((level) => (
        <div key={level}>
          <dt class={`level ${level}`}>
            <Icon name={levelIcons[level]} /> {levelWords[level].name}
          </dt>
          <dd>{levelWords[level].means}</dd>
        </div>
      ))}
    </dl>
  </Dialog>
)
