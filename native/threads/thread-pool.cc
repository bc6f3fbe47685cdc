#include "threads/thread-pool.h"

#if defined(__linux__)
#include <sched.h>
#endif

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <thread>

namespace unroll {
namespace {

constexpr int taskBits = 20;
constexpr std::uint64_t taskMask = (1u << taskBits) - 1;

// About 20 us: long enough for the next part of the same call, short enough not to rob the rest of the machine.
constexpr int spins = 400;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/** Cores' worth of time that the container may use; none where nothing limits it. */
double coreQuota() {
  double quota = 0, period = 0;
  if (std::ifstream("/sys/fs/cgroup/cpu.max") >> quota >> period && period > 0) return quota / period;
  std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> quota;
  std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period;
  return quota > 0 && period > 0 ? quota / period : std::numeric_limits<double>::infinity();
}

int availableCores() {
  int cores = int(std::thread::hardware_concurrency());
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = CPU_COUNT(&set);
#endif
  return std::max(1, int(std::min(double(cores), std::ceil(coreQuota()))));
}

}  // namespace

ThreadPool& ThreadPool::shared() {
  static ThreadPool& pool = *new ThreadPool(availableCores());
  return pool;
}

ThreadPool::ThreadPool(int threads) : threads_(threads) {
  for (int i = 1; i < threads; i++) std::thread([this] { serve(); }).detach();
}

void ThreadPool::run(int tasks, Call call, const void* context) {
  std::unique_lock lock(oneCallAtATime_, std::try_to_lock);
  if (tasks == 1 || threads_ == 1 || !lock.owns_lock() || std::uint64_t(tasks) > taskMask) {
    for (int task = 0; task < tasks; task++) call(context, task);
    return;
  }
  call_ = call;
  context_ = context;
  done_.store(0, std::memory_order_relaxed);
  const std::uint64_t number = calls_.load(std::memory_order_relaxed) + 1;
  ticket_.store(number << (2 * taskBits) | std::uint64_t(tasks) << taskBits, std::memory_order_release);
  calls_.store(std::uint32_t(number), std::memory_order_release);
  calls_.notify_all();
  while (runOneTask()) {
  }
  for (int spin = 0, done; (done = done_.load(std::memory_order_acquire)) != tasks; spin++) {
    if (spin < spins * 4)
      pause();
    else
      done_.wait(done, std::memory_order_acquire);
  }
}

void ThreadPool::serve() {
  std::uint32_t seen = 0;
  for (;;) {
    for (int spin = 0; spin < spins && calls_.load(std::memory_order_acquire) == seen; spin++) pause();
    calls_.wait(seen, std::memory_order_acquire);
    seen = calls_.load(std::memory_order_acquire);
    while (runOneTask()) {
    }
  }
}

bool ThreadPool::runOneTask() {
  const std::uint64_t ticket = ticket_.fetch_add(1, std::memory_order_acq_rel);
  const std::uint64_t task = ticket & taskMask, tasks = ticket >> taskBits & taskMask;
  if (task >= tasks) return false;
  call_(context_, int(task));
  done_.fetch_add(1, std::memory_order_release);
  done_.notify_one();
  return true;
}

}  // namespace unroll
