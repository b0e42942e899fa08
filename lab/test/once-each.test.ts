import { expect, test } from 'vitest'
import { onceEach } from '../src/process/once-each.ts'

test('a child that warns again and again › is shown once for each text, and remembered within a bound', () => {
  const shown: string[] = []
  const show = onceEach((text) => shown.push(text))
  for (const text of ['busy', 'busy', 'late', 'busy']) show(text)
  expect(shown).toEqual(['busy', 'late'])
  for (let i = 0; i < 200; i += 1) show(`${i}`)
  show('busy')
  expect(shown.at(-1)).toBe('busy')
})
