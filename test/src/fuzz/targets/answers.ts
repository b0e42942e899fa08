import { isDeepStrictEqual } from 'node:util'
import { CodecError } from '@parley/protocol'
import { readAnswer } from '@parley/protocol/fraud'
import { answersOf, longScene, rootsOf } from '../../fraud/answers.ts'
import { type FuzzTarget, Garbage, verdictOf } from '../target.ts'

/** What the L2 shows as answers to data challenges; no other bytes than the right ones may be taken for them. */
export function answerTargets(): FuzzTarget[] {
  const scene = longScene()
  const claimed = rootsOf(scene)
  const answers = answersOf(scene)
  const target = (name: string, part: number, block: number): FuzzTarget => {
    const { place, data } = answers.find((each) => each.place.part === part && each.place.block === block)!
    const right = readAnswer(data, place, claimed)
    return {
      name,
      weight: 2,
      corpus: [data, answers.find(({ place: { part: other } }) => other !== part)!.data],
      run: (input) =>
        verdictOf(() => {
          if (!isDeepStrictEqual(readAnswer(input, place, claimed), right)) throw new Garbage(`${name}: another value`)
        }, CodecError),
    }
  }
  return [
    target('answer of a core page', 0, 1),
    target('answer of a witness page', 1, 1),
    target('answer of a list', 0, claimed.blocks),
  ]
}
