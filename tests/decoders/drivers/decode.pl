# The decoders of Perl. See ../README.md for the lines that are read and written.
use strict;
use warnings;

use CGI ();
use Mojo::Parameters ();
use Plack::Request ();
use URI ();

# Disables the warning about a list in list context.
$CGI::LIST_CONTEXT_WARN = 0;

my @decoders = (
    [
        'CGI.pm' => sub {
            my ( $query, @names ) = @_;
            CGI::initialize_globals();
            local $ENV{REQUEST_METHOD} = 'GET';
            local $ENV{QUERY_STRING}   = $query;
            my $cgi = CGI->new;
            return map { [ $cgi->multi_param($_) ] } @names;
        }
    ],
    [
        'Plack' => sub {
            my ( $query, @names ) = @_;
            my $decoded = Plack::Request->new( { QUERY_STRING => $query } )->query_parameters;
            return map { [ $decoded->get_all($_) ] } @names;
        }
    ],
    [
        'Mojolicious' => sub {
            my ( $query, @names ) = @_;
            my $decoded = Mojo::Parameters->new($query);
            return map {
                my $name = $_;
                utf8::decode($name);
                [ map { my $text = $_; utf8::encode($text); $text } @{ $decoded->every_param($name) } ]
            } @names;
        }
    ],
    [
        'URI query_form' => sub {
            my ( $query, @names ) = @_;
            my $uri = URI->new('https://desk.example/done');
            $uri->query($query);
            my @pairs = $uri->query_form;
            my %found;
            while ( my ( $name, $value ) = splice @pairs, 0, 2 ) {
                push @{ $found{$name} }, $value if defined $value;
            }
            return map { $found{$_} // [] } @names;
        }
    ],
);

binmode STDIN;
binmode STDOUT;
print join( "\t", map { "query:Perl $_->[0]" } @decoders ), "\n";
while ( my $line = <STDIN> ) {
    chomp $line;
    my ( undef, $query, undef, $names ) = split /\t/, $line, -1;
    $query = pack 'H*', $query;
    my @names = map { pack 'H*', $_ } split /,/, $names;
    my @cells;
    for my $decoder (@decoders) {
        my @found = $decoder->[1]->( $query, @names );
        push @cells, join ';', map {
            join ',', map {
                my $text = $_;
                utf8::encode($text) if utf8::is_utf8($text);
                '=' . unpack 'H*', $text
            } grep { defined } @$_
        } @found;
    }
    print join( "\t", @cells ), "\n";
}
