-- What `wrk` sends and tells. Its first argument decides between loading a page (`-`) and
-- recording points of a measure, each at a place of its own: a second one there would be refused.
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(args)
  measure, cookie = args[1], args[2]
  count = 0
  wrk.headers["Cookie"] = cookie
  if measure ~= "-" then
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
    -- A browser whose form is refused is sent back to it; a machine is told the status, which is counted.
    wrk.headers["Accept"] = "application/json"
  else
    wrk.headers["Accept"] = "text/html"
    wrk.headers["Accept-Encoding"] = "gzip, br"
  end
end

function request()
  if measure == "-" then
    return wrk.format()
  end
  count = count + 1
  local body = string.format(
    "measure=%s&taken_on=%s&place=%d-%d&numerator=%d&denominator=20",
    measure, os.date("!%d+%m+%Y"), number, count, count % 20)
  return wrk.format(nil, nil, nil, body)
end

function done(summary, latency, requests)
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
