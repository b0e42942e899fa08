import { expect, test } from 'vitest'
import { askedAfter, roundsLeft } from '../src/answers/rounds-left.ts'

const hours = 3_600
const production = { challenge: 168 * hours, data: 120 * hours, answer: 24 * hours, proof: 36 * hours }
const patienceMs = 6 * hours * 1_000
const left = (age: number): number => roundsLeft(production, patienceMs, age * hours)

test('rounds left › of production are three when asking begins, each included after 14 hours and answered after 24', () => {
  expect(askedAfter(production, patienceMs)).toBe(6 * hours)
  expect([6, 30, 30.01, 68, 68.01, 106, 106.01].map(left)).toEqual([3, 3, 2, 2, 1, 1, 0])
})

test('rounds left › whoever asks at the last moment, is included and answered at the last moment, has one fewer', () => {
  for (const age of [30, 68, 106]) expect(left(age + 14 + 24)).toBe(left(age) - 1)
  // What is included with the window's end is in time.
  expect(106 * hours + 14 * hours).toBe(production.data)
})

test('rounds left › where the windows leave nothing for inclusion all that is left is answering', () => {
  const dev = { challenge: 6, data: 6, answer: 2, proof: 2 }
  expect(askedAfter(dev, patienceMs)).toBe(0)
  expect([0, 2.1, 4.1].map((age) => roundsLeft(dev, patienceMs, age))).toEqual([4, 2, 1])
})
