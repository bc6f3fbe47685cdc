// The machine's multiply-add peak: chains of fused multiply-adds that never leave the registers, on every thread for 50 ms.
// Speaks JSON lines as every contender does: {"ready": ...}, then {"gflops": ...} for each line of input.
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif
typedef float Vector __attribute__((vector_size(kVectorBytes)));

constexpr int kChains = 12;  // enough to hide the latency of one multiply-add on two ports
constexpr int kInnerSteps = 4096;
constexpr auto kDuration = std::chrono::milliseconds(50);
using Clock = std::chrono::steady_clock;

// Multiply-adds done until `end`; `sink` keeps the compiler from leaving them out.
static double run_until(Clock::time_point end, float* sink) {
  Vector chain[kChains];
  for (int index = 0; index < kChains; index++) chain[index] = Vector{} + float(index);
  const Vector factor = Vector{} + 0.999f, term = Vector{} + 0.001f;
  double steps = 0;
  while (Clock::now() < end) {
    for (int step = 0; step < kInnerSteps; step++) {
#pragma GCC unroll 12
      for (int index = 0; index < kChains; index++) chain[index] = chain[index] * factor + term;
    }
    steps += kInnerSteps;
  }
  for (int index = 1; index < kChains; index++) chain[0] += chain[index];
  *sink = chain[0][0];
  return steps * kChains * (kVectorBytes / sizeof(float));
}

static double gflops(int threads) {
  std::vector<std::thread> running;
  std::vector<double> done(threads);
  std::vector<float> sinks(threads);
  const auto start = Clock::now();
  const auto end = start + kDuration;
  for (int index = 0; index < threads; index++)
    running.emplace_back([&, index] { done[index] = run_until(end, &sinks[index]); });
  for (auto& thread : running) thread.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  double total = 0;
  for (double each : done) total += each;
  return 2 * total / seconds / 1e9;
}

int main(int count, char** arguments) {
  const int threads = count > 1 ? std::atoi(arguments[1]) : 2;
  std::cout << "{\"ready\": {\"vector_bits\": " << kVectorBytes * 8 << "}}" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::printf("{\"gflops\": %.3f}\n", gflops(threads));
    std::fflush(stdout);
  }
}
