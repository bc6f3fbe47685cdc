// A few threads that share out the tasks of one call at a time.
#pragma once
#include <atomic>
#include <cstdint>
#include <mutex>

namespace unroll {

class ThreadPool {
 public:
  /** The process's pool: as many threads as cores this process may use, the caller among them. */
  static ThreadPool& shared();

  explicit ThreadPool(int threads);
  /** Its threads sleep until the process ends: a pool is made with `new` and for good. */
  ~ThreadPool() = delete;
  int threads() const { return threads_; }

  /** Runs work(0) .. work(tasks - 1), each once, on any thread; returns when all are done. `work` must not throw. */
  template <class Work>
  void run(int tasks, const Work& work) {
    run(tasks, [](const void* context, int task) { (*static_cast<const Work*>(context))(task); }, &work);
  }

 private:
  using Call = void (*)(const void* context, int task);
  void run(int tasks, Call call, const void* context);
  void serve();
  bool runOneTask();

  const int threads_;
  std::mutex oneCallAtATime_;
  Call call_ = nullptr;
  const void* context_ = nullptr;
  // The next task, the number of tasks and the call's number in one word: a thread that comes late cannot take
  // a task of a call that is over for one of the next.
  std::atomic<std::uint64_t> ticket_{0};
  std::atomic<std::uint32_t> calls_{0};
  std::atomic<int> done_{0};
};

}  // namespace unroll
