import { CodedError, type FaultTable } from '../faults.ts'

/** Why bytes of a DA part are not a batch. Such bytes count as absent: whoever served them may serve others. */
export type CodecFault =
  | { code: 'CODEC_VERSION'; part: string; received: number; supported: number }
  | { code: 'CODEC_TRUNCATED'; part: string; field: string; offset: number }
  | { code: 'CODEC_TRAILING'; part: string; bytes: number }
  | { code: 'CODEC_BOUND'; part: string; field: string; received: number; maximum: number }
  | { code: 'CODEC_NOT_CANONICAL'; part: string; field: string }
  | { code: 'CODEC_VALUE'; part: string; field: string; reason: string }
  | { code: 'CODEC_ROOT'; part: string; expected: Uint8Array; received: Uint8Array }

export const codecFaults: FaultTable<CodecFault> = {
  CODEC_VERSION: { blame: 'operator', retry: 'never', text: 'the encoding has an unknown version' },
  CODEC_TRUNCATED: { blame: 'layer', retry: 'later', text: 'the data ends inside a field' },
  CODEC_TRAILING: { blame: 'layer', retry: 'later', text: 'bytes follow the end of the data' },
  CODEC_BOUND: { blame: 'operator', retry: 'never', text: 'a count or size is above its bound' },
  CODEC_NOT_CANONICAL: { blame: 'operator', retry: 'never', text: 'a value is not in its shortest form' },
  CODEC_VALUE: { blame: 'operator', retry: 'never', text: 'a value is not one of its type' },
  CODEC_ROOT: { blame: 'layer', retry: 'later', text: 'the data has another root than what was claimed' },
}

export class CodecError extends CodedError<CodecFault> {
  constructor(fault: CodecFault, options?: ErrorOptions) {
    super(fault, codecFaults, options)
  }
}
