-- Sets a courier, unless what is there is newer. KEYS: its hash, the map, when each was last seen.
-- ARGV: version, id, life (ms), life of the map (ms), seen (ms), lon, lat, channel of all, message; then fields and values.
-- Without lon and lat it is on no map. Gives 1 where it was set.
local version, id, life, of_map = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]
local known = tonumber(redis.call('HGET', KEYS[1], 'version') or -1)
if known > version then
    return 0
end
if ARGV[6] ~= '' then
    redis.call('GEOADD', KEYS[2], ARGV[6], ARGV[7], id)
    redis.call('ZADD', KEYS[3], ARGV[5], id)
    redis.call('PEXPIRE', KEYS[2], of_map)
    redis.call('PEXPIRE', KEYS[3], of_map)
end
redis.call('PEXPIRE', KEYS[1], life)
if known == version then
    return 0
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 10))
redis.call('PEXPIRE', KEYS[1], life)
if ARGV[9] ~= '' then
    redis.call('PUBLISH', ARGV[8], ARGV[9])
    redis.call('PUBLISH', KEYS[1], ARGV[9])
end
return 1
