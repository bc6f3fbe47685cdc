/** Global norm of a step's gradient, and of each layer's, before clipping. */
export interface StepNorms {
  step: number;
  norm: number;
  layers: Readonly<Record<string, number>>;
}

export interface GradientWatchState extends Record<string, unknown> {
  /** Mean of the norms so far, the newest counting most; null before the first. */
  mean: number | null;
  steps: number;
  /** Steps in a row with a layer that hardly moves. */
  faintSteps: number;
  warned: { vanishing: boolean; exploding: boolean };
}

/** Layers of sound networks lie within a factor of 100 of each other. */
const faintShare = 1e-4;
const faintStepsToWarn = 20;
/** Norms of sound runs stay within ten times their mean, also in the first steps. */
const burst = 100;
const stepsToKnowMean = 10;
const meanDecay = 0.95;

/** Sees gradients that vanish on their way to a layer, or explode; says so once each. */
export class GradientWatch {
  #state: GradientWatchState = { mean: null, steps: 0, faintSteps: 0, warned: { vanishing: false, exploding: false } };

  /** The warnings that are due after a step with finite norms. */
  observe({ step, norm, layers }: StepNorms): { code: string; message: string }[] {
    const { mean, steps, warned } = this.#state;
    const warnings: { code: string; message: string }[] = [];
    const [name, faintest] = Object.entries(layers).reduce((least, each) => (each[1] < least[1] ? each : least));
    const isFaint = faintest <= faintShare * Math.max(...Object.values(layers));
    const faintSteps = isFaint ? this.#state.faintSteps + 1 : 0;
    const isExploding = mean !== null && steps >= stepsToKnowMean && norm > burst * mean;
    if (faintSteps >= faintStepsToWarn && !warned.vanishing) {
      const message = `The gradient vanishes before it reaches ${name}: for ${faintSteps} steps its norm there was below ${faintShare} of the largest layer's (now ${round(faintest)}, at step ${step}). Try cell lstm or gru, initializer orthogonal, layer_norm, residual, or fewer layers.`;
      warnings.push({ code: "gradient_vanishing", message });
    }
    if (isExploding && !warned.exploding) {
      const message = `The gradient explodes: at step ${step} its norm was ${round(norm)}, the mean before it ${round(mean)}. Try a clip_norm (1 to 5), a lower learning_rate, or a shorter sequence_length.`;
      warnings.push({ code: "gradient_exploding", message });
    }
    const told = (code: string) => warnings.some((warning) => warning.code === code);
    this.#state = {
      mean: mean === null ? norm : meanDecay * mean + (1 - meanDecay) * Math.min(norm, burst * mean),
      steps: steps + 1,
      faintSteps,
      warned: {
        vanishing: warned.vanishing || told("gradient_vanishing"),
        exploding: warned.exploding || told("gradient_exploding"),
      },
    };
    return warnings;
  }

  state(): GradientWatchState {
    return structuredClone(this.#state);
  }

  restore(state: GradientWatchState): void {
    this.#state = structuredClone(state);
  }
}

function round(value: number): number {
  return Number(value.toPrecision(2));
}
