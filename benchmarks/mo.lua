-- Each request is a new message from one of many senders: unique ids, so that nothing is answered from before.
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end
function init(args)
  run = args[1]
  count = 0
end
local bangla = "%E0%A6%85%E0%A6%AC%E0%A6%B8%E0%A7%8D%E0%A6%A5%E0%A6%BE+%E0%A7%A7%2F%E0%A7%A8%E0%A7%A6%E0%A7%A8%E0%A7%A9"
function request()
  count = count + 1
  local sender = 8801700000000 + (count * 7 + number * 1000) % 200000
  local text = count % 2 == 0 and "STATUS+1%2F2023" or bangla
  return wrk.format("GET", string.format(
    "/channels/kannel/mo?id=%s-%d-%d&from=%%2B%.0f&to=16123&text=%s&coding=0&charset=UTF-8&secret=bench",
    run, number, count, sender, text))
end
