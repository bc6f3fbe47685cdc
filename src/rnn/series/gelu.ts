import { type Tensor, type Tensor2D, tf } from "../backend.ts";

/** x P(X <= x), X standard normal (Hendrycks and Gimpel 2016), with its gradient in closed form. */
export function gelu(values: Tensor2D): Tensor2D {
  const withGradient = tf.customGrad((input, save) => {
    const values = input as Tensor2D;
    const share = tf.tidy(() => tf.mul<Tensor2D>(tf.add(tf.erf(tf.mul(values, Math.SQRT1_2)), 1), 0.5));
    (save as (tensors: Tensor2D[]) => void)([values, share]);
    const gradFunc = (gradient: Tensor2D, saved: Tensor[]) =>
      tf.tidy(() => {
        const [point, below] = saved as [Tensor2D, Tensor2D];
        const density = tf.mul(tf.exp(tf.mul(tf.square(point), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return tf.mul(gradient, tf.add(below, tf.mul(point, density)));
      });
    return { value: tf.mul<Tensor2D>(values, share), gradFunc };
  });
  return withGradient(values) as Tensor2D;
}
