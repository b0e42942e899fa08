import { accepted, Garbage, refused, type TargetModule } from '../../src/fuzz/target.ts'

/** Decoders with faults: what the fuzzer must find, or it finds nothing. The worker's argument names the fault. */
const planted = new URL(import.meta.url).searchParams.get('fault')

export const openTargets: TargetModule['openTargets'] = async () => ({
  targets: [
    {
      name: 'planted',
      weight: 1,
      corpus: [new Uint8Array([1, 2, 3, 4])],
      run: (input) => {
        // Reached by inputs that lost their last byte, as many do.
        if (input.length !== 3) return input.length === 4 ? accepted : refused('LENGTH')
        if (planted === 'crash') throw new TypeError('planted crash')
        if (planted === 'garbage') throw new Garbage('planted garbage')
        if (planted === 'hang') for (;;);
        return accepted
      },
    },
  ],
  close: async () => undefined,
})
