// What a script finds in the audio thread. TypeScript's own library has it for pages only.

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

declare function registerProcessor(
  name: string,
  processor: new (options: AudioWorkletNodeOptions) => AudioWorkletProcessor,
): void;

/** Of the sound card, in Hz. */
declare const sampleRate: number;
