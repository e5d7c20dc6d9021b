# The decoders and routers of Ruby. See ../README.md for the lines that are read and written.

require 'cgi'
require 'stringio'
require 'uri'
require 'rack'
ENV['APP_ENV'] = 'production'
require 'sinatra/base'

# The routes in Sinatra's syntax, with the names of their fields.
ROUTES = {
  'tickets' => ['/tickets/:reference/done', %w[reference]],
  'page' => ['/t/x-:reference.html', %w[reference]],
  'two' => ['/r/:submission_id/:reference', %w[submission_id reference]],
  'root' => ['/:reference', %w[reference]],
  'slash' => ['/tickets/:reference/', %w[reference]],
  'tenant' => ['/Tenant/acme/:unique_value/:reference', %w[unique_value reference]]
}.freeze

# Returns the texts in a value, at any depth.
def texts(value, found = [])
  case value
  when nil then nil
  when Array then value.each { |inner| texts(inner, found) }
  when Hash then value.each_value { |inner| texts(inner, found) }
  else found << value.to_s
  end
  found
end

# Returns the keys that lead to the text `probe`, as a developer would find a parameter.
def keys_to_probe(decoded)
  decoded.each do |key, value|
    return [key] if value == 'probe' || value == ['probe']

    inner = value.is_a?(Hash) ? keys_to_probe(value) : nil
    return [key, *inner] if inner
  end
  nil
end

# Returns the value of `decoded[a][b]…`.
def value_at(decoded, keys)
  keys.each do |key|
    return decoded unless decoded.is_a?(Hash)

    decoded = decoded[key]
  end
  decoded
end

# Returns an environment like Puma's, with the path undecoded.
def environment(target, query)
  {
    'REQUEST_METHOD' => 'GET', 'SCRIPT_NAME' => '',
    'PATH_INFO' => target.split('?', 2).first || '', 'QUERY_STRING' => query,
    'SERVER_NAME' => 'desk.example', 'SERVER_PORT' => '443', 'HTTP_HOST' => 'desk.example',
    'rack.url_scheme' => 'https', 'rack.input' => StringIO.new, 'rack.errors' => StringIO.new
  }
end

# A decoder of the whole query. It returns the texts under each name, and none if it refuses the
# query, for which the answer is 400.
class Decoder
  def initialize(&decode)
    @decode = decode
    @known = {}
  end

  def read(query, names)
    decoded = decode(query)
    names.map do |name|
      keys = @known[name] ||= keys_to_probe(decode("#{URI.encode_www_form_component(name)}=probe")) || [name]
      found = texts(value_at(decoded, keys))
      found += texts(decoded[name]) unless keys == [name]
      found
    end
  end

  private

  def decode(query)
    @decode.call(query)
  rescue ArgumentError, TypeError, RangeError, EOFError, Rack::Utils::ParameterTypeError,
         Rack::Utils::InvalidParameterError
    {}
  end
end

def grouped(pairs)
  pairs.each_with_object({}) { |(name, value), found| (found[name] ||= []) << value }
end

DECODERS = {
  'Rack parse_query' => Decoder.new { |query| Rack::Utils.parse_query(query) },
  'Rack parse_nested_query' => Decoder.new { |query| Rack::Utils.parse_nested_query(query) },
  'Rack Request#params' => Decoder.new { |query| Rack::Request.new(environment('/done', query)).params },
  'CGI.parse' => Decoder.new { |query| CGI.parse(query).to_h.tap { |found| found.default = nil } },
  'URI.decode_www_form' => Decoder.new { |query| grouped(URI.decode_www_form(query)) }
}.freeze

# An application of each route, which stores its parameters.
$found = nil
def applications(**options)
  ROUTES.to_h do |name, (path, _)|
    application = Sinatra.new do
      set :environment, :production
      set options
      get(path) do
        $found = params.to_h
        ''
      end
    end
    [name, application]
  end
end

ROUTERS = {
  'Sinatra' => applications,
  'Sinatra, not strict' => applications(strict_paths: false, protection: false)
}.freeze

def cell(found)
  found.map { |group| group.map { |text| "=#{text.b.unpack1('H*')}" }.join(',') }.join(';')
end

puts [*DECODERS.keys.map { |name| "query:Ruby #{name}" },
      *ROUTERS.keys.map { |name| "path:Ruby #{name}" }].join("\t")
$stdin.each_line(chomp: true) do |line|
  target, query, route, names = line.split("\t")
  # Servers pass on bytes.
  target, query = [target, query].map { |digits| [digits].pack('H*') }
  names = names.split(',').map { |digits| [digits].pack('H*').force_encoding('UTF-8') }
  cells = DECODERS.values.map { |decoder| cell(decoder.read(query, names)) }
  ROUTERS.each_value do |applications|
    next cells << '' if route == '-'

    $found = nil
    # The query is left out: Sinatra merges it with the route's fields.
    applications[route].call(environment(target, ''))
    cells << cell(ROUTES[route][1].map { |name| texts($found && $found[name]) })
  end
  puts cells.join("\t")
end
